import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root, startChild } from './harness/child.ts';
import { axe, picture } from './harness/console-page.ts';
import { createToken, openclaw } from './harness/gateway.ts';
import { type Answer, callGateway, sendOverSocket } from './harness/gateway-client.ts';
import { createHome, type Home } from './harness/home.ts';
import { obedientModel } from './harness/obedient-model.ts';
import { freePort } from './harness/ports.ts';
import { seedExample } from './harness/seed.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchDesktop } from './harness/windows.ts';

/**
 * An agent that does things, as a user of the desktop app meets it, in the real Electron with the real keychain: skills, commands,
 * MCP in both directions, agents behind agents, and what all of it costs.
 */
let home: Home;
let upstream: Upstream;
let app: Awaited<ReturnType<typeof launchDesktop>>['app'];
let window: Page;
let base: string;
let token: string;
let admin: string;
/** Held back until the test lets go, where the dear model is asked. */
let hold = Promise.resolve();
const pin = '2468';
const seedCall = '@auto-deploy-vercel 部署我的Next.js项目';
const preview = 'https://my-next-app.example';

beforeAll(async () => {
  // A PIN is set here, which the homes of other tests must not get to see.
  home = createHome('openclaw-agent');
  const obeyed = obedientModel([
    [/^@auto-deploy-vercel/, 'run_vercel_deploy', {}],
    [/haiku/, 'use_skill', { name: 'haiku' }],
    [/^run (.*)/, 'shell', { command: '$1' }],
    [/^write (.*)/, 'file_write', { path: '$1', content: 'hello\n' }],
    [/^echo (.*)/, 'everything__echo', { message: '$1' }],
    [/^have it counted/, 'delegate', { agent: 'counter', task: 'run ls -1 | wc -l' }],
  ]);
  upstream = await startUpstream((request) =>
    request.model === 'dear' ? { kind: 'text', chunks: ['That was dear.'], gate: () => hold } : obeyed(request),
  );
  const model = { provider: 'openai-compatible', baseUrl: upstream.url };
  home.configure({
    models: {
      local: { ...model, model: 'scripted', prices: { input: 3, output: 15 } },
      // Seven cents an answer, and never more.
      dear: { ...model, model: 'dear', prices: { input: 0, output: 10_000 }, maxTokens: 7 },
    },
    agents: { main: { model: 'local' }, counter: { model: 'local' }, spender: { model: 'dear', budget: { dailyUsd: 0.3 } } },
    security: { requirePinFor: ['file_write'] },
  });
  const port = await freePort();
  base = `http://localhost:${port}/`;
  ({ app, window } = await launchDesktop(home, ['--port', String(port)], { LANG: 'en_US.UTF-8' }));
  await page('Chat').waitFor();
  expect((await openclaw(home, ['pin', 'set'], {}, `${pin}\n`)).code).toBe(0);
  token = await createToken(home, ['--scope', 'messages,agents']);
  const operator = await openclaw(home, ['token', 'create', '--name', 'operator', '--scope', 'admin', '--pin-stdin'], {}, `${pin}\n`);
  admin = operator.stdout.trim().slice('Bearer '.length);
});
afterAll(async () => {
  await app?.close();
  await upstream?.stop();
  home?.remove();
});

const page = (name: string): Locator =>
  window.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: new RegExp(`^${name}`) });
const card = (): Locator => window.getByRole('region', { name: 'Approval needed' });
const replies = (text: string): Promise<void> => window.locator('.reply').getByText(text).last().waitFor();

/** Says it in the window, in a chat of its own or in the one that is open. */
const say = async (content: string, where: 'new' | 'here' = 'new'): Promise<void> => {
  await page('Chat').click();
  if (where === 'new') await window.getByRole('button', { name: 'New chat' }).first().click();
  await window.getByLabel('Message', { exact: true }).fill(content);
  await window.keyboard.press('Enter');
};
const enterPin = async (): Promise<void> => {
  await window.getByLabel('PIN', { exact: true }).fill(pin);
  await window.keyboard.press('Enter');
};

const asAdmin = (path: string, body: object): Promise<{ status: number }> => callGateway(base, admin, 'POST', path, body);
const ends = async (messageId: string): Promise<Answer> => {
  const look = async (): Promise<Answer> => (await callGateway(base, token, 'GET', `messages/${messageId}`)).json;
  await expect.poll(async () => (await look()).status).toBe('completed');
  return look();
};

test("the tutorial's skill is dropped in, named as not set up, bound with the PIN, and runs from everywhere", async () => {
  mkdirSync(join(home.dir, 'skills'), { recursive: true });
  writeFileSync(join(home.dir, 'skills', 'auto-deploy-vercel.json'), seedExample('快速创建Skill示例', 'JSON'));
  await page('Skills').click();
  await window.getByText('@auto-deploy-vercel', { exact: true }).waitFor();
  await say(seedCall);
  await replies('run_vercel_deploy is not set up');

  await page('Skills').click();
  await window.getByRole('button', { name: 'Set up run_vercel_deploy' }).click();
  const argv = window.getByLabel('Program and arguments');
  await expect.poll(() => argv.inputValue()).toBe('vercel\ndeploy\n--prebuilt');
  await argv.fill(`/bin/echo\n${preview}`);
  await window.getByRole('button', { name: 'Confirm' }).click();
  await enterPin();
  await window.getByText(`/bin/echo ${preview}`).waitFor();

  await say(seedCall);
  await card().getByText(`/bin/echo ${preview}`).waitFor();
  await window.getByRole('button', { name: 'Allow once' }).click();
  await replies(`Told: ${preview}`);

  const { json } = await callGateway(base, token, 'POST', 'messages', { content: seedCall });
  expect(json).toMatchObject({ status: 'approval_required', approvals: [{ title: `/bin/echo ${preview}` }] });
  expect((await asAdmin(`approvals/${json.approvals?.[0]?.id}`, { decision: 'approve' })).status).toBe(200);
  expect((await ends(json.messageId)).finalReply).toContain(preview);

  const socket = await sendOverSocket(base, admin, seedCall);
  const waiting = await socket.waitFor(({ state }) => state === 'awaiting_approval');
  socket.send({ type: 'approve', approvalId: waiting.approval?.id });
  expect((await socket.waitFor(({ type }) => type === 'response')).content).toContain(preview);
  socket.close();

  const cli = startChild(process.execPath, [join(root, 'out/main/cli.js'), 'message', seedCall], { env: home.env() });
  const [, id = ''] = await cli.waitFor(/openclaw approvals approve (\S+)/, { in: 'stderr' });
  expect((await openclaw(home, ['approvals', 'approve', id])).code).toBe(0);
  await cli.waitFor(new RegExp(`Told: ${preview}`));
  expect((await cli.exited).code).toBe(0);
});

test('a folder with SKILL.md costs its name and description until the model opens it', async () => {
  mkdirSync(join(home.dir, 'skills', 'haiku'), { recursive: true });
  const text = '---\nname: haiku\ndescription: Writes poems of three lines.\n---\nCount the syllables: five, seven, five.\n';
  writeFileSync(join(home.dir, 'skills', 'haiku', 'SKILL.md'), text);
  await page('Skills').click();
  await window.getByText('@haiku', { exact: true }).waitFor();
  const before = upstream.requests.length;
  await say('Please write a haiku');
  await replies('Count the syllables: five, seven, five.');
  const [first, second] = upstream.requests.slice(before).map(({ body }) => JSON.stringify(body));
  expect(first).toContain('haiku: Writes poems of three lines.');
  expect(first).not.toContain('Count the syllables');
  expect(second).toContain('Count the syllables');
});

test('a command waits for a word that is given once, for a chat, always or not at all, and is written down', async () => {
  const command = 'echo $((6 * 7))';
  await say(`run ${command}`);
  await card().getByText(command, { exact: true }).waitFor();
  await card()
    .getByText(join(home.dir, 'workspace', 'main'), { exact: true })
    .waitFor();
  await card().getByText('bubblewrap').waitFor();
  // How long it waits: from five minutes down.
  await card()
    .getByText(/^4 min \d+ sec$/)
    .waitFor();
  expect(await axe(window)).toEqual([]);
  await picture(window, 'desktop-approval');
  await window.getByRole('button', { name: 'Allow once' }).click();
  await replies('Told: 42');

  await say(`run ${command}`, 'here');
  await window.getByRole('button', { name: 'In this chat' }).click();
  await expect.poll(() => window.locator('.reply').getByText('Told: 42').count()).toBe(2);
  await say(`run ${command}`, 'here');
  await expect.poll(() => window.locator('.reply').getByText('Told: 42').count()).toBe(3);
  await say(`run ${command}`);
  await window.getByRole('button', { name: 'Always' }).click();
  await replies('Told: 42');
  await say(`run ${command}`);
  await replies('Told: 42');

  await page('Approvals').click();
  const asked = window.getByRole('list', { name: 'History' }).getByRole('listitem').filter({ hasText: command });
  await expect.poll(() => asked.count()).toBe(3);
  await window.getByRole('button', { name: `Take back ${command}` }).click();
  await window.getByRole('alertdialog').getByRole('button', { name: 'Take back' }).click();
  await window.getByText('Nothing: every action is asked about.').waitFor();
  await say(`run ${command}`);
  await window.getByRole('button', { name: 'Deny' }).click();
  await replies('Told: The user did not allow this.');
});

test('what needs the PIN is done with it only', async () => {
  await say('write notes.md');
  await card().getByText('create notes.md').waitFor();
  expect(await window.getByRole('button', { name: 'Always' }).count()).toBe(0);
  await window.getByRole('button', { name: 'Allow with PIN' }).click();
  await enterPin();
  await replies('Told: Wrote 6 bytes to notes.md');
  expect(readFileSync(join(home.dir, 'workspace', 'main', 'notes.md'), 'utf8')).toBe('hello\n');
});

test('what scripts ask for over REST and WebSocket is answered in the window, and goes on', async () => {
  const { json } = await callGateway(base, token, 'POST', 'messages', { content: 'run echo over REST' });
  expect(json).toMatchObject({ status: 'approval_required', approvals: [{ title: 'echo over REST' }] });
  const socket = await sendOverSocket(base, token, 'run echo over WS');
  await socket.waitFor(({ state }) => state === 'awaiting_approval');
  await page('Approvals, 2 wait for you').click();
  await card().filter({ hasText: 'echo over REST' }).getByRole('button', { name: 'Allow once' }).click();
  expect((await ends(json.messageId)).finalReply).toBe('Told: over REST\n');
  await card().filter({ hasText: 'echo over WS' }).getByRole('button', { name: 'Deny' }).click();
  expect((await socket.waitFor(({ type }) => type === 'response')).content).toContain('did not allow this');
  socket.close();
});

test('a pasted MCP server is a tool, and the agents are one for the clients of MCP', async () => {
  const script = join(root, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
  await page('MCP servers').click();
  await window.getByRole('button', { name: 'Add servers' }).click();
  const servers = { mcpServers: { everything: { command: process.execPath, args: [script] } } };
  await window.getByLabel('JSON', { exact: true }).fill(JSON.stringify(servers));
  await window.getByRole('button', { name: 'Add', exact: true }).click();
  await enterPin();
  await window.getByText('Ready', { exact: true }).waitFor();
  await say('echo across');
  await card().getByText('everything.echo {"message":"across"}').waitFor();
  await window.getByRole('button', { name: 'Allow once' }).click();
  await replies('Told: Echo: across');

  const http = new StreamableHTTPClientTransport(new URL(`${base}mcp`), { requestInit: { headers: { Authorization: `Bearer ${token}` } } });
  const stdio = new StdioClientTransport({
    command: process.execPath,
    args: [join(root, 'resources/bin/openclaw.mjs'), 'mcp', 'serve'],
    env: home.env() as Record<string, string>,
  });
  for (const transport of [http, stdio]) {
    const client = new Client({ name: 'e2e', version: '1' });
    await client.connect(transport as Parameters<Client['connect']>[0]);
    const answer = await client.callTool({ name: 'agent_invoke', arguments: { agentId: 'counter', content: 'hello' } });
    expect(answer).toMatchObject({ content: [{ type: 'text', text: 'Heard: hello' }] });
    await client.close();
  }
});

test('an agent has another do a part, whose session can be looked into', async () => {
  await say('have it counted');
  await card().getByText('counter wants to use shell').waitFor();
  await card()
    .getByText(join(home.dir, 'workspace', 'counter'), { exact: true })
    .waitFor();
  await window.getByRole('button', { name: 'Allow once' }).click();
  await replies('Told: Told: 0');
  const row = window.getByRole('navigation', { name: 'Chats' }).getByRole('listitem').filter({ hasText: 'delegate' });
  await row.getByRole('button').first().click();
  await window.getByRole('heading', { level: 1, name: 'run ls -1 | wc -l' }).waitFor();
  await replies('Told: 0');
  await picture(window, 'desktop-delegated');
});

test('a rule gives what comes from somewhere to another agent', async () => {
  const who = async (): Promise<string> =>
    (JSON.parse((await openclaw(home, ['message', '--json', 'who is there?'])).stdout) as { agentId: string }).agentId;
  expect(await who()).toBe('main');
  await page('Agents').click();
  const rule = window.getByRole('form', { name: 'New rule' });
  await rule.getByLabel('Channel', { exact: true }).fill('cli');
  await rule.getByLabel('Agent', { exact: true }).selectOption('counter');
  await rule.getByRole('button', { name: 'Add rule' }).click();
  await window.getByRole('list', { name: 'Who answers' }).getByText('cli').waitFor();
  await picture(window, 'desktop-routing');
  expect(await who()).toBe('counter');
});

test('what it took is shown, and a budget holds, also against eight turns at once', async () => {
  await say('hello');
  await window.getByText('11 in · 7 out').waitFor();
  await say('@spender hello');
  await replies('That was dear.');
  await window.getByText('18 tokens · $0.07').waitFor();

  let release = (): void => {};
  hold = new Promise((resolve) => {
    release = resolve;
  });
  const dear = () => upstream.requests.filter(({ body }) => body.model === 'dear').length;
  const turns = Array.from({ length: 8 }, (_, index) =>
    callGateway(base, token, 'POST', 'messages', { content: `${index}`, agentId: 'spender' }),
  );
  let refused = 0;
  for (const turn of turns) void turn.then(({ status }) => status === 429 && ++refused);
  await expect.poll(() => refused).toBe(5);
  release();
  expect((await Promise.all(turns)).map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429, 429, 429, 429]);
  await say('@spender once more');
  await window.getByText('The budget has not enough left for the next call to the model.').waitFor();
  expect(dear()).toBe(4);
  await picture(window, 'desktop-budget');
  await page('Usage').click();
  await window.getByText('$0.28 of $0.30').waitFor();
  await picture(window, 'desktop-usage');
});
