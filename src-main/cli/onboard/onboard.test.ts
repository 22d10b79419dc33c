import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryPluginStore } from '../../channels/install/memory-plugin-store.ts';
import { createMemoryPluginHost } from '../../channels/memory-plugin-host.ts';
import { systemClock } from '../../clock.ts';
import { locateHome, prepareHome } from '../../home.ts';
import { beginCli, createTerminal, runCliToEnd } from '../../testing/cli.ts';
import { scriptChannel } from '../../testing/scripted-channel.ts';
import { createTestHome, startTestGateway, type TestGateway, type TestGatewayOptions } from '../../testing/test-gateway.ts';
import { scriptModel } from '../../testing/upstream.ts';

const enter = '\r';
const down = '\u001b[B';
const up = '\u001b[A';

let env: { OPENCLAW_HOME: string };
let t: TestGateway;
const start = async (ports: TestGatewayOptions['ports'] = {}): Promise<void> => {
  const home = createTestHome();
  env = { OPENCLAW_HOME: home.folder };
  const place = locateHome(env);
  prepareHome(place);
  // Those that come with the app are asked about in their own test.
  const plugins = createMemoryPluginStore({ clock: systemClock });
  t = await startTestGateway({ home, ports: { plugins, ...ports, adminSocket: place.adminSocket } });
};
beforeEach(() => start());

/** Answers each question as it comes: what is drawn after the answer before has to have it. */
const answer = async (...answers: readonly [question: string, typed: string][]) => {
  const terminal = createTerminal();
  const { written, code } = beginCli(env, ['onboard'], terminal);
  let read = 0;
  for (const [question, typed] of answers) {
    await expect.poll(() => written.stderr.slice(read), { timeout: 10_000 }).toContain(question);
    read = written.stderr.length;
    terminal.type(typed);
  }
  return { code: await code, ...written };
};

const config = async () => (await t.call('GET', '/api/v1/config', { token: t.admin })).json.config;

/** The servers that may run on this computer come first in the list. */
const provider = async (): Promise<string> => {
  const { servers, keys } = (await t.call('GET', '/api/v1/models/discovery', { token: t.admin })).json;
  return down.repeat(servers.length + keys.length) + enter;
};

const skipModel: [string, string] = ['Which model should', up + enter];
const no = 'n';

describe('openclaw onboard', () => {
  it('switches a channel on, by the form that its plugin brings, and lets one fill it in again', async () => {
    await t.end();
    const chat = scriptChannel(
      {},
      {
        configSchema: {
          type: 'object',
          properties: {
            url: { type: 'string' },
            size: { enum: ['small', 'large'] },
            token: { type: 'string' },
          },
          required: ['url', 'token'],
        },
        uiHints: {
          url: { label: 'Its address', help: 'On the page of the shop.' },
          size: { label: 'Size' },
          token: { label: 'Token', sensitive: true },
        },
      },
    );
    await start({
      pluginHost: createMemoryPluginHost({ clock: systemClock, plugins: { chat: chat.plugin } }),
      plugins: createMemoryPluginStore({ clock: systemClock, bundled: [chat.stored] }),
    });
    const { stderr } = await answer(
      skipModel,
      ['Set a PIN', no],
      ['Mint a token', no],
      ['by a chat platform?', 'y'],
      ['Which one?', enter],
      ['Its address', enter],
      ['Size', down + enter],
      ['Token', `tok-secret-1${enter}`],
      ['Fill it in again?', 'y'],
      ['Its address', `https://a.b${enter}`],
      ['Size', down + enter],
      ['Token', enter],
    );
    expect(stderr).toContain('On the page of the shop.');
    expect(stderr).toContain('broken');
    expect(stderr).toContain('openclaw channels pair chat');
    expect(stderr).not.toContain('tok-secret-1');
    expect((await config()).channels.chat).toMatchObject({ enabled: true, options: { url: 'https://a.b', size: 'large' } });
    expect(await chat.context().secrets.get('token')).toBe('tok-secret-1');
  });

  it('leads to a model that was really called, a PIN, and a curl that is right', async () => {
    const model = await scriptModel(() => ({ kind: 'text', chunks: ['I am here.'] }));
    const { providers } = (await t.call('GET', '/api/v1/models/discovery', { token: t.admin })).json;
    const own = providers.findIndex(({ provider }: { provider: string }) => provider === 'openai-compatible');
    const { code, stdout, stderr } = await answer(
      ['Which model should', await provider()],
      ['Whose?', down.repeat(own) + enter],
      ['Its address', model.url + enter],
      ['API key, if the server', `sk-of-a-test-1${enter}`],
      ["provider's name of the model", `qwen3${enter}`],
      ['Set a PIN', enter],
      ['PIN: 4 to 12', `2468${enter}`],
      ['Once more', `2469${enter}`],
      ['two different', `\u007f8${enter}`],
      ['Mint a token', enter],
      ['What is it for?', enter],
    );
    expect(code).toBe(0);
    expect(stderr).toContain('I am here.');
    expect(stderr).not.toContain('sk-of-a-test-1');
    expect(stderr).not.toContain('2468');
    expect((await config()).models.custom).toEqual({
      provider: 'openai-compatible',
      baseUrl: model.url,
      model: 'qwen3',
      keyRef: 'custom',
    });
    expect((await config()).agents.main.model).toBe('custom');
    expect((await t.call('GET', '/api/v1/pin', { token: t.admin })).json.set).toBe(true);

    const [, token] = /Authorization: Bearer (eyJ[\w.-]+)/.exec(stdout) ?? [];
    expect(stdout).toContain(`curl -X POST http://localhost:${t.port}/`);
    expect((await t.call('POST', '/api/v1/messages', { token: token ?? '', json: { content: 'hi' } })).json.finalReply).toBe('I am here.');
  });

  it('says why a model does not answer, and lets one choose anew', async () => {
    const { providers } = (await t.call('GET', '/api/v1/models/discovery', { token: t.admin })).json;
    const own = providers.findIndex(({ provider }: { provider: string }) => provider === 'openai-compatible');
    const { code, stderr } = await answer(
      ['Which model should', await provider()],
      ['Whose?', down.repeat(own) + enter],
      ['Its address', `nonsense${enter}`],
      ['begins with http', `\u0015http://127.0.0.1:1/v1${enter}`],
      ['API key, if the server', enter],
      ["provider's name of the model", `qwen3${enter}`],
      ['What now?', enter],
      ['Which model should', '\u0003'],
    );
    expect(code).toBe(0);
    expect(stderr).toContain('did not answer');
    expect(stderr).toContain('Left. Go on at any time');
    expect((await config()).models.custom).toBeUndefined();
  });

  it('needs a terminal, and says what does not', async () => {
    expect(await runCliToEnd(env, ['onboard'])).toMatchObject({ code: 2, stderr: expect.stringContaining('openclaw token create') });
  });
});
