import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { defaultScopes, scopeSchema } from '../src-shared/models/scope.ts';
import { type Child, root, run, startChild } from './harness/child.ts';
import { createToken, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { requireFreePort, SEED_PORT } from './harness/ports.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';

/**
 * Every block of the guides that is marked as `run` (```sh run) is run as it stands, top to bottom, against the real
 * gateway on the port it names. Only `eyJ…` and `apr_…` are filled in, as the reader has to: with a token that can do what
 * every new one can, and what the block says in a comment ("scope logs") that it needs.
 */
const guides = ['README.md', 'docs/README.zh-CN.md', 'docs/api.md', 'docs/api.zh-CN.md'];

type Snippet = { readonly line: number; readonly language: string; readonly code: string };

const snippetsOf = (guide: string): Snippet[] => {
  const text = readFileSync(join(root, guide), 'utf8');
  return [...text.matchAll(/^```(\w+) run\n(.*?)^```$/gms)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    language: match[1] ?? '',
    code: match[2] ?? '',
  }));
};

/** What a model asks a shell for. */
const risky = 'Run the tests.';
const folder = mkdtempSync(join(tmpdir(), 'openclaw-docs-'));
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let client: Child | undefined;

beforeAll(async () => {
  await requireFreePort(SEED_PORT);
  upstream = await startUpstream(({ messages }) =>
    messages.at(-1)?.content === risky
      ? { kind: 'tools', calls: [{ id: 'call_1', name: 'shell', arguments: { command: 'true' } }] }
      : { kind: 'text', chunks: ['hello'] },
  );
  home = createHome();
  home.configure(configFor(upstream.url));
  gateway = await startGateway(home, { port: SEED_PORT });
  // `import` knows no NODE_PATH: packages have to stand above the file.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  // What `npm link` would put on the PATH.
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', 'openclaw'), `#!/bin/sh\nexec "${process.execPath}" "${root}/out/main/cli.js" "$@"\n`);
  chmodSync(join(folder, 'bin', 'openclaw'), 0o755);
});
afterEach(async () => {
  await client?.stop();
  client = undefined;
});
afterAll(async () => {
  await gateway?.stop();
  await upstream?.stop();
  home?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const environment = () => home.env({ PATH: `${folder}/bin:${process.env.PATH}`, PYTHONUNBUFFERED: '1', PYTHONIOENCODING: 'utf-8' });

/** By what they can do: what one block makes, another looks for with the same token. */
const tokens = new Map<string, Promise<string>>();
const tokenWith = (scopes: readonly string[]): Promise<string> => {
  const list = [...new Set([...defaultScopes, ...scopes])].sort().join(',');
  const token = tokens.get(list) ?? createToken(home, ['--scope', list]);
  tokens.set(list, token);
  return token;
};

/** The id of an approval that a turn of this token waits for. */
const askApproval = async (token: string): Promise<string> => {
  const response = await fetch(`${gateway.url}api/v1/messages`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ content: risky, agentId: 'dev-coder' }),
  });
  const { approvals } = (await response.json()) as { readonly approvals: readonly { readonly id: string }[] };
  return approvals[0]?.id ?? expect.fail('nothing asks for an approval');
};

const filledIn = async (code: string): Promise<string> => {
  const named = [...code.matchAll(/(?:scope|权限) ([a-z:]+)/g)].map(([, name]) => scopeSchema.parse(name));
  const token = await tokenWith(named);
  const filled = code.replaceAll('eyJ…', token);
  return filled.includes('apr_…') ? filled.replaceAll('apr_…', await askApproval(token)) : filled;
};

/** A program is to print an answer; some go on listening after that. */
const runProgram = async (command: string, extension: string, code: string): Promise<void> => {
  const file = join(folder, `snippet.${extension}`);
  writeFileSync(file, await filledIn(code));
  client = startChild(command, [file], { cwd: root, env: environment() });
  await client.waitFor(/\S/);
  expect(client.stderr()).not.toMatch(/Error|Traceback/);
};

const runners: Readonly<Record<string, (code: string) => Promise<void>>> = {
  sh: async (code) => {
    // In the checkout `npx openclaw` is this project's command.
    const script = (await filledIn(code)).replaceAll('npx openclaw', 'openclaw');
    const { code: exit, stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder, env: environment() });
    expect(exit, `${stdout}${stderr}`).toBe(0);
    expect(stdout).not.toContain('{"error":');
  },
  js: (code) => runProgram(process.execPath, /^import /m.test(code) ? 'mjs' : 'cjs', code),
  python: (code) => runProgram('/usr/bin/python3', 'py', code),
};

describe.each(guides)('%s', (guide) => {
  const snippets = snippetsOf(guide);

  test('has snippets to run', () => expect(snippets.length).toBeGreaterThan(0));

  if (guide.startsWith('docs/api'))
    test('has no other ones, but what is typed into a terminal that asks', () => {
      const languages = Object.keys(runners).join('|');
      const others = [
        ...readFileSync(join(root, guide), 'utf8').matchAll(new RegExp(`^\`\`\`(${languages})\\b(?! run$| typed$).*$`, 'gm')),
      ];
      expect(others.map(([line]) => line)).toEqual([]);
    });

  for (const { line, language, code } of snippets)
    test(`line ${line}: ${language}`, () => runners[language]?.(code) ?? expect.fail(`nothing runs ${language}`));
});
