import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Door, doorSchema } from '../../src-shared/contract/routes/operations.ts';
import { contents, repeats, startChannelGateway } from '../testing/channel-gateway.ts';
import { scriptChannel } from '../testing/scripted-channel.ts';
import { createTestHome, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { lastUserText, scriptModel } from '../testing/upstream.ts';

const stop = (t: TestGateway, json: object) => t.call('POST', '/api/v1/stop', { token: t.admin, json });
const startAgain = (t: TestGateway) => t.call('POST', '/api/v1/start', { token: t.admin, json: { what: 'all' } });

/** A gateway with a channel, a skill and a task with a webhook, and all the ways to have it begin something. */
const startWithDoors = async () => {
  const channel = scriptChannel();
  const home = createTestHome();
  mkdirSync(join(home.folder, 'skills'));
  writeFileSync(join(home.folder, 'skills', 'tried.json'), JSON.stringify({ slug: 'tried', prompt: 'Do it.' }));
  const upstream = await scriptModel(repeats);
  const { gateway: t } = await startChannelGateway(channel, { home, upstream });
  const { task, secret } = (
    await t.call('POST', '/api/v1/tasks', {
      token: t.admin,
      json: { name: 'Hooked', content: 'by hook', schedule: { kind: 'webhook', preset: 'github' } },
    })
  ).json;
  const socket = await t.ws();
  const mcp = new Client({ name: 'test', version: '1' });
  const requestInit = { headers: { Authorization: `Bearer ${t.admin}` } };
  await mcp.connect(new StreamableHTTPClientTransport(new URL(`${t.base}/mcp`), { requestInit }) as Transport);
  onTestFinished(() => mcp.close());

  const post = async (path: string, json?: unknown): Promise<string> =>
    (await t.call('POST', path, { token: t.admin, ...(json === undefined ? {} : { json }) })).text;
  let deliveries = 0;
  /** Each says what it was told; an empty text: nothing yet, it waits. `delegate` begins inside a turn and has a test of its own. */
  const doors: Readonly<Record<Exclude<Door, 'delegate'> | 'skill' | 'hook' | 'responses', () => Promise<string>>> = {
    rest: () => post('/api/v1/messages', { content: 'by rest' }),
    skill: () => post('/api/v1/messages', { content: '@tried by skill' }),
    invoke: () => post('/api/v1/agents/main/invoke', { content: 'by invoke' }),
    ws: async () => {
      const from = socket.frames.length;
      socket.send({ type: 'message', content: 'by ws' });
      const end = await socket.waitFor((frame) => socket.frames.indexOf(frame) >= from && ['error', 'response'].includes(frame.type));
      return JSON.stringify(end);
    },
    openai: () => post('/v1/chat/completions', { model: 'openclaw', messages: [{ role: 'user', content: 'by openai' }] }),
    responses: () => post('/v1/responses', { model: 'openclaw', input: 'by responses' }),
    mcp: async () => JSON.stringify(await mcp.callTool({ name: 'message_send', arguments: { content: 'by mcp' } })),
    task: () => post(`/api/v1/tasks/${task.id}/run`),
    hook: async () => {
      deliveries += 1;
      const headers = {
        'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update('{}').digest('hex')}`,
        'X-GitHub-Event': 'push',
      };
      return (await t.call('POST', task.hookPath, { body: '{}', headers: { ...headers, 'X-GitHub-Delivery': `d-${deliveries}` } })).text;
    },
    batch: async () => {
      const body = `${JSON.stringify({ content: 'by batch' })}\n`;
      await t.call('POST', '/api/v1/batches', { token: t.admin, body, headers: { 'Content-Type': 'application/jsonl' } });
      await expect.poll(batch).not.toBe('running');
      return '';
    },
    channel: async () => {
      await channel.say({ content: 'by channel' });
      return '';
    },
  };
  const batch = async (): Promise<string> => (await t.call('GET', '/api/v1/batches', { token: t.admin })).json.batches[0].status;
  return { t, upstream, channel, doors, batch };
};

describe('while everything is stopped', () => {
  it('nothing begins by any door there is; what can wait does, and goes on once it is released', async () => {
    const { t, upstream, channel, doors, batch } = await startWithDoors();
    await stop(t, { what: 'all' });
    const said: Record<string, string> = {};
    for (const [door, use] of Object.entries(doors)) said[door] = await use();
    const waits = ['batch', 'channel'];
    for (const [door, text] of Object.entries(said))
      if (!waits.includes(door)) expect(text, door).toContain('An operator has stopped everything');
    expect(await batch()).toBe('paused');
    expect((await t.call('GET', '/api/v1/status', { token: t.admin })).json.queue).toEqual({ running: 0, waiting: 0 });
    expect(upstream.requests).toHaveLength(0);

    await startAgain(t);
    await expect.poll(batch).toBe('completed');
    await expect.poll(() => contents(channel)).toEqual(['You said: by channel']);
    for (const [door, use] of Object.entries(doors)) if (!waits.includes(door)) expect(await use(), door).not.toContain('stopped');
    const requests = async () => (await t.call('GET', '/api/v1/requests', { token: t.admin })).json.requests as { via: string }[];
    // All of them were doors: each began a turn now, and none left one behind before.
    await expect
      .poll(async () => [...new Set((await requests()).map(({ via }) => via)), 'delegate'].sort())
      .toEqual([...doorSchema.options].sort());
    expect(await requests()).toHaveLength(Object.keys(doors).length);
  });
});

it('an agent that is stopped is given nothing to do by others', async () => {
  const upstream = await scriptModel((request) => {
    const last = request.messages.at(-1);
    if (last?.role === 'tool') return { kind: 'text', chunks: [String(last.content)] };
    return { kind: 'tools', calls: [{ id: 'd', name: 'delegate', arguments: { agent: 'dev-coder', task: 'work' } }] };
  });
  const t = await startTestGateway({ upstream });
  await stop(t, { what: 'agent', id: 'dev-coder' });
  const { status, finalReply } = (await t.post({ content: 'go', agentId: 'main' })).json;
  expect({ status, finalReply }).toEqual({ status: 'completed', finalReply: expect.stringContaining('stopped the agent "dev-coder"') });
  expect(upstream.requests.map(({ body }) => lastUserText(body))).toEqual(['go', 'go']);
});

it('what waited for a word is over with the brake: allowing it afterwards does nothing', async () => {
  const upstream = await scriptModel(() => ({
    kind: 'tools',
    calls: [{ id: 'w', name: 'file_write', arguments: { path: 'written.txt', content: 'x' } }],
  }));
  const t = await startTestGateway({ upstream });
  const { messageId, approvals } = (await t.post({ content: 'write' })).json;
  expect((await stop(t, { what: 'all' })).json.cancelled).toBe(1);
  const allow = await t.call('POST', `/api/v1/approvals/${approvals[0].id}`, { token: t.admin, json: { decision: 'approve' } });
  expect(allow).toMatchObject({ status: 409, json: { error: { code: 'APPROVAL_OVER' } } });
  await startAgain(t);
  expect((await t.call('GET', `/api/v1/messages/${messageId}`, { token: t.admin })).json.status).toBe('cancelled');
  expect(existsSync(join(t.home.workspace('main'), 'written.txt'))).toBe(false);
});
