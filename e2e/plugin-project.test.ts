import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { pluginManifestSchema } from '../src-shared/models/plugin-manifest.ts';
import { bareEnv, root, run } from './harness/child.ts';
import { seedExamples } from './harness/seed.ts';
import { type SilentRegistry, startSilentRegistry } from './harness/silent-registry.ts';

/**
 * From an empty folder to an archive as the tutorial has it, offline: nobody has published the names of our packages
 * yet, so npm must not so much as ask for them.
 */
let folder: string;
let registry: SilentRegistry;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openclaw-plugin-'));
  registry = await startSilentRegistry();
  env = bareEnv({
    npm_config_registry: registry.url,
    npm_config_cache: join(folder, 'cache'),
    npm_config_prefix: join(folder, 'prefix'),
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
  });
  await succeed(['npm', 'run', 'link-packages'], root);
});
beforeEach(() => registry.forget());
afterAll(() => {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});

test("the tutorial's channel, unchanged, becomes an archive, twice the same", async () => {
  const first = await createProject('first', seedExamples.pluginCreate());
  const second = await createProject('second', seedExamples.pluginCreate());
  for (const project of [first, second]) {
    writeFileSync(join(project, 'src/index.ts'), seedExamples.pluginChannel());
    await succeed(seedExamples.pluginInstall().trim().split('\n')[0]!.split(' '), project);
  }
  const archives = [first, second].map((project) => readFileSync(join(project, 'dist/my-custom-channel.plugin')));
  expect(archives[0]!.equals(archives[1]!)).toBe(true);

  const files = unzipSync(archives[0]!);
  expect(Object.keys(files)).toEqual(['openclaw.plugin.json', 'README.md', 'index.mjs']);
  const manifest = pluginManifestSchema.parse(JSON.parse(Buffer.from(files['openclaw.plugin.json']!).toString()));
  expect(manifest).toMatchObject({ id: 'my-custom-channel', version: '0.1.0', kind: 'channel', main: 'index.mjs' });
  expect(manifest.integrity['index.mjs']).toBe(createHash('sha256').update(files['index.mjs']!).digest('hex'));
  expect(registry.asked()).toEqual([]);
});

test.each(['channel', 'tools'])('a new plugin of kind %s passes its own tests', async (kind) => {
  const project = await createProject(kind, `npx create-openclaw-plugin my-2nd-thing --kind ${kind}`, 'my-2nd-thing');
  const { stdout } = await succeed(['npm', 'test'], project);
  expect(stdout).toMatch(/^# fail 0$/m);
  expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(kind === 'channel' ? 20 : 0);
  expect(readdirSync(join(project, 'dist')).sort()).toEqual(['index.mjs', 'my-2nd-thing.plugin']);
  expect(readdirSync(project)).toEqual(expect.arrayContaining(['.gitignore', '.github']));
});

test('openclaw plugins init, build and validate are the same program', async () => {
  const openclaw = `node ${join(root, 'resources/bin/openclaw.mjs')} plugins`;
  const project = await createProject('by-openclaw', `${openclaw} init acme --kind tools`, 'acme');
  const { stdout } = await succeed(`${openclaw} build`.split(' '), project);
  expect(stdout).toMatch(/^dist\/acme\.plugin .* sha256 [0-9a-f]{64}\n$/);
  expect((await succeed(`${openclaw} validate`.split(' '), project)).stdout).toBe('acme is valid.\n');
  const [command = '', ...args] = `${openclaw} init Acme`.split(' ');
  expect(await run(command, args, { cwd: project, env })).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('"Acme"') });
});

test('a mistake in the types, or a package that is not there, stops the build', async () => {
  const project = await createProject('mistakes', seedExamples.pluginCreate());
  const source = seedExamples.pluginChannel();
  writeFileSync(join(project, 'src/index.ts'), source.replace('msg.content', 'msg.contents'));
  expect((await run('npm', ['run', 'build'], { cwd: project, env })).stdout).toContain("Property 'contents' does not exist");
  writeFileSync(join(project, 'src/index.ts'), `// @ts-nocheck\nimport x from 'not-installed';\nconsole.log(x);\n${source}`);
  const { code, stderr } = await run('npm', ['run', 'build'], { cwd: project, env });
  expect(code).not.toBe(0);
  expect(stderr).toContain('not-installed');
  expect(stderr).toContain('npm install <package>');
});

test('the packed SDK installs into an empty project, type-checks the tutorial and runs', async () => {
  const project = join(folder, 'sdk-alone');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, 'channel.ts'), seedExamples.pluginChannel());
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { module: 'nodenext', target: 'es2022', strict: true, types: [] }, files: ['channel.ts'] }),
  );
  writeFileSync(
    join(project, 'run.js'),
    `import { createChannel } from '@openclaw/plugin-sdk/runtime';
     import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
     import { ChannelError } from '@openclaw/plugin-sdk';
     import Channel from './channel.js';
     globalThis.fetch = async (url, { body }) => console.log(url, body, new ChannelError('PEER', 'x').retryable);
     await createChannel(Channel, createFakeHost().context({ config: {} }).onMessage).sendMessage('ann', { content: '你好' });
     console.log(testChannel({ create: () => Channel, platform: async () => {} }).length);`,
  );
  const { stdout } = await succeed(['npm', 'pack', '--pack-destination', project], join(root, 'packages/plugin-sdk'));
  await succeed(['npm', 'install', '--offline', `./${stdout.trim().split('\n').at(-1)}`, join(root, 'node_modules/typescript')], project);
  await succeed(['npx', 'tsc'], project);
  const ran = await succeed(['node', 'run.js'], project);
  expect(ran.stdout).toMatch(/^https:\/\/your-app\/api\/send \{"to":"ann","text":"你好"\} false\n\d\d\n$/);
  expect(registry.asked()).toEqual([]);
});

test('what the guides show builds', async () => {
  const guides = ['docs/plugins.md', 'docs/plugins.zh-CN.md'].map((file) => readFileSync(join(root, file), 'utf8'));
  const [modules = [], translated = []] = guides.map((text) =>
    [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code).filter((code) => code.includes('export default')),
  );
  expect(translated).toEqual(modules);
  expect(modules).toHaveLength(2);
  const project = await createProject('guides', seedExamples.pluginCreate());
  for (const code of modules) {
    writeFileSync(join(project, 'src/index.ts'), code);
    await succeed(['npm', 'run', 'build'], project);
  }
});

test('the packed create-openclaw-plugin starts a project where it is installed', async () => {
  const place = join(folder, 'create-alone');
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), '{}');
  const { stdout } = await succeed(['npm', 'pack', '--pack-destination', place], join(root, 'packages/create-openclaw-plugin'));
  await succeed(['npm', 'install', '--offline', `./${stdout.trim().split('\n').at(-1)}`], place);
  await succeed(['npx', 'create-openclaw-plugin', 'acme'], place);
  expect(readdirSync(join(place, 'acme/vendor')).sort()).toEqual(['create-openclaw-plugin', 'plugin-sdk']);
  expect(registry.asked()).toEqual([]);
});

test('projects begin with the versions that this checkout builds with', () => {
  const { devDependencies: pinned } = JSON.parse(
    readFileSync(join(root, 'packages/create-openclaw-plugin/template/common/package.json'), 'utf8'),
  ) as { devDependencies: Record<string, string> };
  const { devDependencies: ours } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  for (const [name, version] of Object.entries(pinned)) if (!version.startsWith('file:')) expect(ours[name]).toBe(version);
});

/** Runs the command in an empty folder, and installs: ours from the project itself, the rest from this checkout. */
const createProject = async (name: string, command: string, id = 'my-custom-channel'): Promise<string> => {
  const empty = join(folder, name);
  mkdirSync(empty);
  await succeed(command.split(' '), empty);
  const project = join(empty, id);
  const file = join(project, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { devDependencies: Record<string, string> };
  for (const [dependency, version] of Object.entries(manifest.devDependencies))
    if (!version.startsWith('file:')) manifest.devDependencies[dependency] = `file:${join(root, 'node_modules', dependency)}`;
  writeFileSync(file, JSON.stringify(manifest, null, 2));
  await succeed(['npm', 'install', '--offline'], project);
  return project;
};

const succeed = async ([command = '', ...args]: readonly string[], cwd: string): Promise<{ stdout: string }> => {
  const ended = await run(command, args, { cwd, env });
  expect(ended, `${command} ${args.join(' ')}\n${ended.stdout}\n${ended.stderr}`).toMatchObject({ code: 0 });
  return ended;
};
