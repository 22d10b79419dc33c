import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { pluginManifestSchema } from '../src-shared/models/plugin-manifest.ts';
import { root, run } from './harness/child.ts';
import { openPluginProjects, type PluginProjects } from './harness/plugin-projects.ts';
import { seedExamples } from './harness/seed.ts';

/**
 * From an empty folder to an archive as the tutorial has it, offline: nobody has published the names of our packages
 * yet, so npm must not so much as ask for them.
 */
let projects: PluginProjects;

beforeAll(async () => {
  projects = await openPluginProjects();
});
beforeEach(() => projects.registry.forget());
afterAll(() => projects.remove());

test("the tutorial's channel, unchanged, becomes an archive, twice the same", async () => {
  const first = await projects.create('first', seedExamples.pluginCreate());
  const second = await projects.create('second', seedExamples.pluginCreate());
  for (const project of [first, second]) {
    writeFileSync(join(project, 'src/index.ts'), seedExamples.pluginChannel());
    await projects.succeed(seedExamples.pluginInstall().trim().split('\n')[0]!.split(' '), project);
  }
  const archives = [first, second].map((project) => readFileSync(join(project, 'dist/my-custom-channel.plugin')));
  expect(archives[0]!.equals(archives[1]!)).toBe(true);

  const files = unzipSync(archives[0]!);
  expect(Object.keys(files)).toEqual(['openclaw.plugin.json', 'README.md', 'index.mjs']);
  const manifest = pluginManifestSchema.parse(JSON.parse(Buffer.from(files['openclaw.plugin.json']!).toString()));
  expect(manifest).toMatchObject({ id: 'my-custom-channel', version: '0.1.0', kind: 'channel', main: 'index.mjs' });
  expect(manifest.integrity['index.mjs']).toBe(createHash('sha256').update(files['index.mjs']!).digest('hex'));
  expect(projects.registry.asked()).toEqual([]);
});

test.each(['channel', 'tools'])('a new plugin of kind %s passes its own tests', async (kind) => {
  const project = await projects.create(kind, `npx create-openclaw-plugin my-2nd-thing --kind ${kind}`, 'my-2nd-thing');
  const { stdout } = await projects.succeed(['npm', 'test'], project);
  expect(stdout).toMatch(/^# fail 0$/m);
  expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(kind === 'channel' ? 20 : 0);
  expect(readdirSync(join(project, 'dist')).sort()).toEqual(['index.mjs', 'my-2nd-thing.plugin']);
  expect(readdirSync(project)).toEqual(expect.arrayContaining(['.gitignore', '.github']));
});

test('openclaw plugins init, build and validate are the same program', async () => {
  const openclaw = `node ${join(root, 'resources/bin/openclaw.mjs')} plugins`;
  const project = await projects.create('by-openclaw', `${openclaw} init acme --kind tools`, 'acme');
  const { stdout } = await projects.succeed(`${openclaw} build`.split(' '), project);
  expect(stdout).toMatch(/^dist\/acme\.plugin .* sha256 [0-9a-f]{64}\n$/);
  expect((await projects.succeed(`${openclaw} validate`.split(' '), project)).stdout).toBe('acme is valid.\n');
  const [command = '', ...args] = `${openclaw} init Acme`.split(' ');
  expect(await run(command, args, { cwd: project, env: projects.env })).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('"Acme"'),
  });
});

test('a mistake in the types, or a package that is not there, stops the build', async () => {
  const project = await projects.create('mistakes', seedExamples.pluginCreate());
  const source = seedExamples.pluginChannel();
  writeFileSync(join(project, 'src/index.ts'), source.replace('msg.content', 'msg.contents'));
  expect((await run('npm', ['run', 'build'], { cwd: project, env: projects.env })).stdout).toContain("Property 'contents' does not exist");
  writeFileSync(join(project, 'src/index.ts'), `// @ts-nocheck\nimport x from 'not-installed';\nconsole.log(x);\n${source}`);
  const { code, stderr } = await run('npm', ['run', 'build'], { cwd: project, env: projects.env });
  expect(code).not.toBe(0);
  expect(stderr).toContain('not-installed');
  expect(stderr).toContain('npm install <package>');
});

test('the packed SDK installs into an empty project, type-checks the tutorial and runs', async () => {
  const project = join(projects.folder, 'sdk-alone');
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
  const { stdout } = await projects.succeed(['npm', 'pack', '--pack-destination', project], join(root, 'packages/plugin-sdk'));
  await projects.succeed(
    ['npm', 'install', '--offline', `./${stdout.trim().split('\n').at(-1)}`, join(root, 'node_modules/typescript')],
    project,
  );
  await projects.succeed(['npx', 'tsc'], project);
  const ran = await projects.succeed(['node', 'run.js'], project);
  expect(ran.stdout).toMatch(/^https:\/\/your-app\/api\/send \{"to":"ann","text":"你好"\} false\n\d\d\n$/);
  expect(projects.registry.asked()).toEqual([]);
});

test('what the guides show builds', async () => {
  const guides = ['docs/plugins.md', 'docs/plugins.zh-CN.md'].map((file) => readFileSync(join(root, file), 'utf8'));
  const [modules = [], translated = []] = guides.map((text) =>
    [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code).filter((code) => code.includes('export default')),
  );
  expect(translated).toEqual(modules);
  expect(modules).toHaveLength(2);
  const project = await projects.create('guides', seedExamples.pluginCreate());
  for (const code of modules) {
    writeFileSync(join(project, 'src/index.ts'), code);
    await projects.succeed(['npm', 'run', 'build'], project);
  }
});

test('the packed create-openclaw-plugin starts a project where it is installed', async () => {
  const place = join(projects.folder, 'create-alone');
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), '{}');
  const { stdout } = await projects.succeed(['npm', 'pack', '--pack-destination', place], join(root, 'packages/create-openclaw-plugin'));
  await projects.succeed(['npm', 'install', '--offline', `./${stdout.trim().split('\n').at(-1)}`], place);
  await projects.succeed(['npx', 'create-openclaw-plugin', 'acme'], place);
  expect(readdirSync(join(place, 'acme/vendor')).sort()).toEqual(['create-openclaw-plugin', 'plugin-sdk']);
  expect(projects.registry.asked()).toEqual([]);
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
