import { expect, it } from 'vitest';
import { startTestGateway } from '../testing/test-gateway.ts';
import { scriptModel } from '../testing/upstream.ts';

it('a plain "hi" with every built-in tool on costs the provider less than 6,000 bytes', async () => {
  const upstream = await scriptModel(() => ({ kind: 'text', chunks: ['hello'] }));
  const t = await startTestGateway({ upstream });
  await t.post({ content: 'hi' });
  const { body } = upstream.requests[0]!;
  expect(body.tools?.length).toBeGreaterThanOrEqual(11);
  expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(6_000);
});
