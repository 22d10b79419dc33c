import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root, startChild } from './harness/child.ts';
import { createToken, openclaw, type RunningGateway, startGateway } from './harness/gateway.ts';
import { callGateway } from './harness/gateway-client.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { openPluginProjects, type PluginProjects } from './harness/plugin-projects.ts';
import { seedExamples } from './harness/seed.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';

/** The tutorial's channel, from an empty folder to a conversation, by its own commands and a gateway that really runs. */
let projects: PluginProjects;
let upstream: Upstream;
let home: Home;
let gateway: RunningGateway;
let app: Server;
let project: string;
/** What the app was sent, and what its people say. */
const received: { readonly to: string; readonly text: string }[] = [];
let said: { readonly id: string; readonly from: { readonly id: string }; readonly content: string }[] = [];

beforeAll(async () => {
  projects = await openPluginProjects();
  upstream = await startUpstream((request) => ({ kind: 'text', chunks: [`You said: ${String(request.messages.at(-1)?.content)}`] }));
  home = createHome();
  home.configure(configFor(upstream.url));
  app = createServer(async (request, response) => {
    if (request.method === 'POST') received.push(JSON.parse(await text(request)));
    response.end(JSON.stringify(said));
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  gateway = await startGateway(home);
});
afterAll(async () => {
  await gateway?.stop();
  await upstream?.stop();
  app?.close();
  projects?.remove();
  home?.remove();
});

const id = 'my-custom-channel';
const appUrl = (): string => `http://127.0.0.1:${(app.address() as AddressInfo).port}/`;
/** The tutorial's class, with the app's address, and ears. */
const source = (): string =>
  seedExamples
    .pluginChannel()
    .replace("'https://your-app/api/send'", `'${appUrl()}'`)
    .replace(
      /(export default class \w+ implements ChannelPlugin \{)/,
      `$1
  declare onMessage: (message: object) => Promise<void>;
  start(): void {
    setInterval(async () => {
      for (const message of (await (await fetch('${appUrl()}')).json()) as object[]) await this.onMessage(message);
    }, 200).unref();
  }
`,
    );
const channel = async () => {
  const { stdout } = await openclaw(home, ['channels', 'list', '--json']);
  return JSON.parse(stdout).channels.find((entry: { id: string }) => entry.id === id);
};
const setVersion = (project: string, version: string): void => {
  const file = join(project, 'package.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), version }));
};

test('the tutorial’s channel is built, installed, switched on, and carries a conversation', async () => {
  project = await projects.create('conversation', seedExamples.pluginCreate());
  writeFileSync(join(project, 'src/index.ts'), source());
  const [build = '', install = ''] = seedExamples.pluginInstall().trim().split('\n');
  await projects.succeed(build.split(' '), project);
  expect(install.trim()).toBe(`openclaw channels install ./dist/${id}.plugin`);
  const archive = join(project, `dist/${id}.plugin`);

  const asked = await openclaw(home, ['channels', 'install', archive]);
  expect(asked).toMatchObject({ code: 2, stderr: expect.stringMatching(/It speaks to localhost[\s\S]*no terminal to ask at/) });
  const installed = await openclaw(home, ['channels', 'install', archive, '--yes']);
  expect(installed).toMatchObject({ code: 0, stderr: expect.stringMatching(/0\.1\.0 is installed\. Switch it on/) });

  expect(await openclaw(home, ['config', 'set', `channels.${id}`, '{"senders":"anyone"}'])).toMatchObject({ code: 0 });
  expect(await openclaw(home, ['channels', 'enable', id])).toMatchObject({ code: 0 });
  await expect.poll(async () => (await channel())?.state, { timeout: 30_000 }).toBe('running');
  said = [{ id: '1', from: { id: 'ann' }, content: '你好' }];
  await expect.poll(() => received, { timeout: 30_000 }).toEqual([{ to: 'ann', text: 'You said: 你好' }]);

  // An update takes its place while it runs, and goes back again.
  setVersion(project, '0.2.0');
  writeFileSync(join(project, 'src/index.ts'), source().replace('text: msg.content', 'text: msg.content.toUpperCase()'));
  await projects.succeed(build.split(' '), project);
  expect(await openclaw(home, ['channels', 'install', archive, '--yes'])).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/It replaces version 0\.1\.0\.[\s\S]*0\.2\.0 is installed\. Undo/),
  });
  said = [{ id: '2', from: { id: 'ann' }, content: 'again' }];
  await expect.poll(() => received.at(-1), { timeout: 30_000 }).toEqual({ to: 'ann', text: 'YOU SAID: AGAIN' });
  expect((await openclaw(home, ['channels', 'rollback', id])).stderr).toContain('is 0.1.0 again');
  said = [{ id: '3', from: { id: 'ann' }, content: 'and back' }];
  await expect.poll(() => received.at(-1), { timeout: 30_000 }).toEqual({ to: 'ann', text: 'You said: and back' });
}, 120_000);

test('openclaw plugins dev brings each build into the gateway', async () => {
  const cli = join(root, 'out/main/cli.js');
  const dev = startChild(process.execPath, [cli, 'plugins', 'dev', '--yes'], { cwd: project, env: home.env(projects.env) });
  try {
    await dev.waitFor(/The gateway (runs it anew: my-custom-channel|has this my-custom-channel already)/, { withinMs: 40_000 });
    writeFileSync(join(project, 'src/index.ts'), source().replace('text: msg.content', 'text: msg.content.toLowerCase()'));
    await expect.poll(() => dev.stdout().match(/The gateway runs it anew|already/g)?.length ?? 0, { timeout: 40_000 }).toBeGreaterThan(1);
    said = [{ id: '4', from: { id: 'ann' }, content: 'WRITTEN ANEW' }];
    await expect.poll(() => received.at(-1), { timeout: 30_000 }).toEqual({ to: 'ann', text: 'you said: written anew' });
  } finally {
    await dev.stop();
  }
}, 120_000);

test('what is removed is gone, files and entry', async () => {
  expect(await openclaw(home, ['channels', 'remove', id])).toMatchObject({ code: 0 });
  expect(await channel()).toBeUndefined();
  const token = await createToken(home, ['--scope', 'channels:read']);
  const { json } = await callGateway(gateway.url, token, 'GET', 'plugins');
  expect(JSON.stringify(json)).not.toContain(`"${id}"`);
});
