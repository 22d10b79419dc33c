import { expect, it } from 'vitest';
import { startTestGateway } from '../testing/test-gateway.ts';

it('lists the tools there are with what each may touch, also those that an agent was not given', async () => {
  const t = await startTestGateway({ config: { agents: { main: { tools: ['file_read'] } } } });
  const { status, json } = await t.call('GET', '/api/v1/tools', { token: await t.token('agents') });
  expect(status).toBe(200);
  expect(json.tools).toContainEqual({ name: 'shell', description: expect.any(String), effect: 'run', server: null });
  expect(json.tools.map(({ name }: { name: string }) => name)).toContain('delegate');
});
