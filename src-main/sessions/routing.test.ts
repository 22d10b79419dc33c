import { describe, expect, it } from 'vitest';
import { createMemoryConfigFile } from '../config/memory-config-file.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { scriptModel } from '../testing/upstream.ts';

const config = {
  agents: { guest: {}, night: {} },
  routing: [
    { channel: 'console', agent: 'guest' },
    { channel: 'night-shift', agent: 'night' },
  ],
};
const start = async () => startTestGateway({ config, upstream: await scriptModel(() => ({ kind: 'text', chunks: ['hello'] })) });

describe('who answers', () => {
  it('is whom the message names, then whom it begins with, then what a rule says, then main', async () => {
    const t = await start();
    const agentOf = async (body: Record<string, unknown>) => (await t.post(body)).json.agentId;
    expect(await agentOf({ content: 'x', channel: 'console', agentId: 'night' })).toBe('night');
    expect(await agentOf({ content: '@night x', channel: 'console' })).toBe('night');
    expect(await agentOf({ content: 'x', channel: 'console' })).toBe('guest');
    expect(await agentOf({ content: 'x', channel: 'night-shift' })).toBe('night');
    expect(await agentOf({ content: 'x' })).toBe('main');
    const invoked = await t.call('POST', '/api/v1/agents/main/invoke', { token: t.admin, json: { content: 'x', channel: 'console' } });
    expect(invoked.json.agentId).toBe('main');
  });

  it('stays the same for a session that has begun, also where a rule comes later', async () => {
    const t = await start();
    const first = await t.post({ content: 'x', sessionId: 'mine', agentId: 'night', channel: 'console' });
    const second = await t.post({ content: 'x', sessionId: 'mine', channel: 'console' });
    expect([first.json.agentId, second.json.agentId]).toEqual(['night', 'night']);
  });

  it('is another from the moment a rule is', async () => {
    const t = await start();
    const patch = (routing: unknown) => t.call('PATCH', '/api/v1/config', { token: t.admin, json: { routing } });
    expect((await patch([{ channel: 'api', agent: 'guest' }])).status).toBe(200);
    expect((await t.post({ content: 'x' })).json.agentId).toBe('guest');
    const refused = await patch([{ channel: 'api', agent: 'gest' }]);
    expect(refused.json.error.message).toMatch(/line \d+, column \d+: routing: there is no agent "gest" – did you mean "guest"\?/);
    expect((await t.post({ content: 'x' })).json.agentId).toBe('guest');
  });
});

describe('a rule that cannot be', () => {
  const broken = `{
  "routing": [
    { "channel": "api", "agent": "gone" },
    { "agent": "guest" },
    { "channel": "api", "agent": "guest" }
  ],
  "agents": { "guest": {} }
}`;

  it('is named by its line and skipped', async () => {
    const t = await startTestGateway({ ports: { configFile: createMemoryConfigFile(broken) } });
    const lookedAt = await t.call('POST', '/api/v1/config/check', { token: t.admin, json: { text: broken } });
    expect(lookedAt.json.problems).toEqual([
      { line: 3, column: 25, message: 'routing: there is no agent "gone"; the rule is skipped' },
      { line: 4, column: 7, message: 'routing: a rule for "guest" names neither a channel nor a sender; the rule is skipped' },
    ]);
    // A change elsewhere is not held up by it, takes the file into force, and says again what is wrong.
    expect((await t.call('PATCH', '/api/v1/config', { token: t.admin, json: { logs: { level: 'warn' } } })).status).toBe(200);
    expect((await t.post({ content: '/help' })).json.agentId).toBe('guest');
    const { warnings } = (await t.call('GET', '/api/v1/status', { token: t.admin })).json;
    expect(warnings).toContain('config.json, line 3, column 25: routing: there is no agent "gone"; the rule is skipped');
  });

  it('comes of an agent taken away, which is refused', async () => {
    const t = await startTestGateway({ config });
    const patch = (json: unknown) => t.call('PATCH', '/api/v1/config', { token: t.admin, json });
    expect((await patch({ agents: { guest: null } })).json.error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect((await patch({ agents: { guest: null }, routing: [] })).status).toBe(200);
  });
});
