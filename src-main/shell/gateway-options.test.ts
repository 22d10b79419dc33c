import { expect, it } from 'vitest';
import { gatewayOptions } from './gateway-options.ts';

const argv = ['/opt/electron', '--no-sandbox', '.', '--port', '4000', '--host=::1', 'openclaw://chat?--port=1', '--portable'];

it("finds the gateway's options among Chromium's", () => {
  expect(gatewayOptions(argv, null)).toEqual({ port: 4_000, host: '::1' });
  expect(gatewayOptions(['app', '--port=0', 'openclaw://x'], null)).toEqual({ port: 0 });
  expect(gatewayOptions(['app', '--portable'], null)).toEqual({});
});

it('puts the chosen port before the one on the command line', () => {
  expect(gatewayOptions(argv, 4_001)).toEqual({ port: 4_001, host: '::1' });
});

it.each([['--port'], ['--port=x'], ['--port', '70000'], ['--port', '1.5']])('refuses %j', (...bad) => {
  expect(() => gatewayOptions(['app', ...bad], null)).toThrow(/--port is/);
});
