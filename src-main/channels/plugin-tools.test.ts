import { describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { archiveOf } from '../testing/plugin-archive.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { scriptModel } from '../testing/upstream.ts';
import { createMemoryPluginStore } from './install/memory-plugin-store.ts';
import { readPlugin } from './install/read-plugin.ts';
import { createMemoryPluginHost } from './memory-plugin-host.ts';

const parameters = { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] };
const adds = {
  tools: [
    {
      name: 'add',
      description: 'Adds.',
      parameters,
      readOnly: true,
      execute: async ({ a, b }: Record<string, number>) => ({ sum: a! + b! }),
    },
    {
      name: 'fail',
      description: 'Fails.',
      parameters: { type: 'object' },
      execute: async () => {
        throw new Error('It is too late for that.');
      },
    },
  ],
};

const open = async (tool: string, args: Readonly<Record<string, unknown>>, config: object = {}) => {
  const store = createMemoryPluginStore({ clock: systemClock });
  const { manifest } = await readPlugin(archiveOf({ id: 'sums', kind: 'tools', permissions: { net: ['api.example.com'] } }));
  const upstream = await scriptModel(({ messages }) =>
    messages.at(-1)?.role === 'tool'
      ? { kind: 'text', chunks: [String(messages.at(-1)?.content)] }
      : { kind: 'tools', calls: [{ id: 'c', name: tool, arguments: args }] },
  );
  const host = createMemoryPluginHost({ clock: systemClock, plugins: { sums: adds } });
  const t = await startTestGateway({
    upstream,
    config: { channels: { sums: { enabled: true } }, ...config },
    ports: { plugins: store, pluginHost: host },
  });
  const names = async (): Promise<string[]> =>
    (await t.call('GET', '/api/v1/tools', { token: t.admin })).json.tools
      .map(({ name }: { name: string }) => name)
      .filter((name: string) => name.startsWith('sums.'));
  const answer = async (decision: 'approve' | 'deny') => {
    const { json } = await t.post({ content: 'add' });
    const [approval] = json.approvals ?? [];
    if (!approval) return { approval: null, reply: String(json.finalReply) };
    await t.call('POST', `/api/v1/approvals/${approval.id}`, { token: t.admin, json: { decision } });
    const done = async () => (await t.call('GET', `/api/v1/messages/${json.messageId}`, { token: t.admin })).json;
    await expect.poll(async () => (await done()).status, { timeout: 10_000 }).toBe('completed');
    return { approval, reply: String((await done()).finalReply) };
  };
  return { t, names, answer, install: () => store.add({ manifest, folder: '/sums', bundled: false }), store };
};

describe('a plugin that brings tools', () => {
  it('offers them while it is installed and switched on', async () => {
    const { t, names, install, store } = await open('sums.add', {});
    expect(await names()).toEqual([]);
    install();
    await expect.poll(names).toEqual(['sums.add', 'sums.fail']);
    const states = (await t.call('GET', '/api/v1/channels', { token: t.admin })).json.channels;
    expect(states.find(({ id }: { id: string }) => id === 'sums')).toMatchObject({ state: 'running', plugin: 'sums' });
    await t.call('POST', '/api/v1/channels/sums/stop', { token: t.admin });
    await expect.poll(names).toEqual([]);
    await t.call('POST', '/api/v1/channels/sums/start', { token: t.admin });
    await expect.poll(names).toEqual(['sums.add', 'sums.fail']);
    await store.remove('sums');
    await expect.poll(names).toEqual([]);
  });

  it('is asked about also where an MCP server of its name may go unasked', async () => {
    const mcpServers = { sums: { command: 'none', disabled: true, autoApprove: ['add'] } };
    const { names, answer, install } = await open('sums.add', { a: 2, b: 3 }, { mcpServers });
    install();
    await expect.poll(names).toContain('sums.add');
    expect((await answer('approve')).approval).toMatchObject({ tool: 'sums.add' });
  });

  it('is asked about like every tool that leaves the gateway, and does what it is allowed', async () => {
    const { names, answer, install } = await open('sums.add', { a: 2, b: 3 });
    install();
    await expect.poll(names).toContain('sums.add');
    const { approval, reply } = await answer('approve');
    expect(approval).toMatchObject({
      tool: 'sums.add',
      title: 'sums.add {"a":2,"b":3}',
      touches: ['It speaks to api.example.com'],
      sandbox: 'none',
    });
    expect(reply).toContain('{"sum":5}');
    expect((await answer('deny')).reply).not.toContain('sum":5');
  });

  it('is not called with what its schema does not take, and its failure is the model’s to read', async () => {
    const bad = await open('sums.add', { a: 'two' });
    bad.install();
    await expect.poll(bad.names).toContain('sums.add');
    expect((await bad.answer('approve')).approval).toBeNull();
    const failing = await open('sums.fail', {});
    failing.install();
    await expect.poll(failing.names).toContain('sums.fail');
    expect((await failing.answer('approve')).reply).toContain('It is too late for that.');
  });
});
