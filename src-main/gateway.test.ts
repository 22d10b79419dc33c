import { describe, expect, it } from 'vitest';
import type { AppError } from '../src-shared/app-error.ts';
import { createMemoryConfigFile } from './config/memory-config-file.ts';
import { startTestGateway } from './testing/test-gateway.ts';
import { gated, scriptModel } from './testing/upstream.ts';

describe('what the shell sees', () => {
  it('is how many turns there are, and whether everything is stopped', async () => {
    const script = gated(['done']);
    const upstream = await scriptModel(() => script.reply);
    const t = await startTestGateway({ upstream });
    const seen: string[] = [];
    const undo = t.gateway.onActivity(({ turns, stopped }) => seen.push(`${turns}${stopped ? ' stopped' : ''}`));
    const { messageId } = (await t.post({ content: 'x', wait: false })).json;
    expect(t.gateway.activity()).toEqual({ turns: 1, stopped: false });
    script.release();
    await expect.poll(() => t.gateway.activity().turns).toBe(0);
    await t.gateway.brake.pull();
    expect(t.gateway.activity()).toEqual({ turns: 0, stopped: true });
    await t.gateway.brake.release();
    undo();
    await t.gateway.brake.pull();
    expect(seen).toEqual(['1', '0', '0 stopped', '0']);
    expect(messageId).toMatch(/^msg_/);
  });

  it('is not to be had before the start and after the end', async () => {
    const t = await startTestGateway();
    await t.stop();
    await expect(t.gateway.brake.pull()).rejects.toMatchObject({ code: 'GATEWAY_STOPPING' } satisfies Partial<AppError>);
  });
});

describe('what the shell goes by', () => {
  it('is told when it changes, by whomever, and is changed in the file', async () => {
    const file = createMemoryConfigFile('{ /* mine */ "ui": { "theme": "dark" } }');
    const t = await startTestGateway({ config: { ui: { theme: 'dark' } }, ports: { configFile: file } });
    let told = 0;
    const undo = t.gateway.ui.onChange(() => {
      told += 1;
    });
    await t.gateway.ui.change({ closeToTray: 'hide' });
    expect(t.gateway.ui.current()).toMatchObject({ closeToTray: 'hide', theme: 'dark' });
    expect(await file.read()).toContain('/* mine */');
    await t.call('PATCH', '/api/v1/config', { token: t.admin, json: { ui: { closeToTray: 'quit' } } });
    expect([told, t.gateway.ui.current().closeToTray]).toEqual([2, 'quit']);
    undo();
    await t.gateway.ui.change({ closeToTray: 'ask' });
    expect(told).toBe(2);
  });
});
