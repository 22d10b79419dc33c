import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Child, root, run, startChild } from './harness/child.ts';
import { createToken, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { requireFreePort, SEED_PORT } from './harness/ports.ts';
import { says, startUpstream, type Upstream } from './harness/upstream.ts';

/**
 * Every block of the guides that is marked as `run` (```sh run) is run as it stands, top to bottom, against the real
 * gateway on the port it names. Only `eyJ…` is filled in, as the reader has to.
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

const folder = mkdtempSync(join(tmpdir(), 'openclaw-docs-'));
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let token: string;
let client: Child | undefined;

beforeAll(async () => {
  await requireFreePort(SEED_PORT);
  upstream = await startUpstream(says('hello'));
  home = createHome();
  home.configure(configFor(upstream.url));
  gateway = await startGateway(home, { port: SEED_PORT });
  token = await createToken(home);
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

const filledIn = (code: string): string => code.replaceAll('eyJ…', token);

/** A program is to print an answer; some go on listening after that. */
const runProgram = async (command: string, extension: string, code: string): Promise<void> => {
  const file = join(folder, `snippet.${extension}`);
  writeFileSync(file, filledIn(code));
  client = startChild(command, [file], { cwd: root, env: environment() });
  await client.waitFor(/\S/);
  expect(client.stderr()).not.toMatch(/Error|Traceback/);
};

const runners: Readonly<Record<string, (code: string) => Promise<void>>> = {
  sh: async (code) => {
    // In the checkout `npx openclaw` is this project's command.
    const script = filledIn(code).replaceAll('npx openclaw', 'openclaw');
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

  for (const { line, language, code } of snippets)
    test(`line ${line}: ${language}`, () => runners[language]?.(code) ?? expect.fail(`nothing runs ${language}`));
});
