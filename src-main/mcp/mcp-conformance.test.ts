import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTestHome, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

/** MCP's own conformance suite, unchanged, against the door at `/mcp`. */
const program = fileURLToPath(new URL('../../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url));

const passing = ['server-initialize', 'ping', 'tools-list', 'dns-rebinding-protection'];

/** Its scenarios are written for an example server; these ask for what `/mcp` does not say it has. */
const notApplicable = {
  "calls a tool of the package's example server": [
    ...['tools-call-simple-text', 'tools-call-image', 'tools-call-audio', 'tools-call-embedded-resource', 'tools-call-mixed-content'],
    ...['tools-call-error', 'tools-call-with-progress', 'json-schema-2020-12'],
  ],
  'needs logging, which is not offered': ['logging-set-level', 'tools-call-with-logging'],
  'needs completion, which is not offered': ['completion-complete'],
  'needs requests of the server to the client: there are none, for each POST stands for itself': [
    ...['tools-call-sampling', 'tools-call-elicitation', 'elicitation-sep1034-defaults', 'elicitation-sep1330-enums'],
  ],
  'needs streams that are taken up again, or runs no check without them': ['server-sse-polling', 'server-sse-multiple-streams'],
  'needs resources, which are not offered': [
    ...['resources-list', 'resources-read-text', 'resources-read-binary', 'resources-templates-read'],
    ...['resources-subscribe', 'resources-unsubscribe'],
  ],
  'needs prompts, which are not offered': [
    ...['prompts-list', 'prompts-get-simple', 'prompts-get-with-args', 'prompts-get-embedded-resource', 'prompts-get-with-image'],
  ],
};

const run = (args: readonly string[], cwd: string): Promise<{ readonly code: number; readonly said: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, said: `${stdout}${stderr}` }),
    );
  });

/** It sends no token: this adds one, and names the gateway's port where it would name its own. All else passes as it is. */
const proxyTo = async ({ port, admin }: TestGateway): Promise<string> => {
  const proxy = createServer((incoming, outgoing) => {
    const own = `:${(proxy.address() as AddressInfo).port}`;
    const { host = '', origin, ...headers } = incoming.headers;
    const renamed = { host: host.replace(own, `:${port}`), ...(origin === undefined ? {} : { origin: origin.replace(own, `:${port}`) }) };
    const passed = request(
      {
        port,
        host: '127.0.0.1',
        method: incoming.method,
        path: incoming.url,
        headers: { ...headers, ...renamed, authorization: `Bearer ${admin}` },
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://localhost:${(proxy.address() as AddressInfo).port}/mcp`;
};

describe('the conformance suite of MCP', () => {
  for (const scenario of passing)
    it(`is passed: ${scenario}`, async () => {
      const url = await proxyTo(await startTestGateway());
      const { code, said } = await run(['server', '--url', url, '--scenario', scenario], createTestHome().folder);
      expect(code, said).toBe(0);
      // It takes a scenario that ran no check for passed.
      expect(said).toMatch(/Passed: ([1-9]\d*)\/\1\b/);
    });

  it('has no scenario that is neither passed nor known not to apply', async () => {
    const { said } = await run(['list', '--server'], createTestHome().folder);
    const all = [...said.matchAll(/^ +- (\S+)/gm)].map(([, name]) => name);
    expect(all.toSorted()).toEqual([...passing, ...Object.values(notApplicable).flat()].toSorted());
  });
});
