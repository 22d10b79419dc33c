import { beforeEach, describe, expect, it } from 'vitest';
import { type ConsoleTokens, createConsoleTokens } from './console-token.ts';

const hour = 3_600_000;

describe('console tokens', () => {
  let time: number;
  let minted: number;
  let fail: boolean;
  let tokens: ConsoleTokens;

  beforeEach(() => {
    time = 1_000;
    minted = 0;
    fail = false;
    tokens = createConsoleTokens({
      now: () => time,
      mint: async () => {
        if (fail) throw new Error('no');
        minted += 1;
        return { token: `token ${minted}`, expiresAt: time + 12 * hour };
      },
    });
  });

  const reload = async () => {
    tokens.pageLoaded();
    return (await tokens.next()).token;
  };

  it('keeps one over page loads until it nears its end', async () => {
    expect([await reload(), await reload()]).toEqual(['token 1', 'token 1']);
    time += 12 * hour - 11 * 60_000;
    expect(await reload()).toBe('token 1');
    time += 60_000;
    expect(await reload()).toBe('token 2');
  });

  it('makes a new one for a page that asks again', async () => {
    expect(await reload()).toBe('token 1');
    expect((await tokens.next()).token).toBe('token 2');
    expect(await reload()).toBe('token 2');
  });

  it('makes one for two who ask at once', async () => {
    expect(await Promise.all([tokens.next(), tokens.next()])).toEqual([
      { token: 'token 1', expiresAt: expect.any(Number) as number },
      { token: 'token 1', expiresAt: expect.any(Number) as number },
    ]);
  });

  it('recovers from a failure', async () => {
    fail = true;
    await expect(tokens.next()).rejects.toThrow('no');
    fail = false;
    expect((await tokens.next()).token).toBe('token 1');
  });
});
