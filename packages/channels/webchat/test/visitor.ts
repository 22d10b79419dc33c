import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FakePlatform } from '@openclaw/plugin-sdk/testing';
import type { Entry } from '../src/history.ts';
import type { Node } from '../src/to-nodes.ts';
import { createVisitors } from '../src/visitors.ts';

export const secret = 'a-secret-of-the-tests-only';
export const site = 'https://www.example.com';

/** A visitor's page at work, without a browser. */
export const openVisitor = async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'webchat-'));
  const folder = join(dataDir, 'visitors');
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const { token, visitor } = createVisitors(secret).invite();
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${base}${path}`, { ...init, headers: { origin: site, authorization: `Bearer ${token}`, ...init.headers } });
  const post = (path: string, body: object): Promise<Response> =>
    call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const fromAgent = (): readonly Entry[] => entriesIn(join(folder, `${visitor}.jsonl`)).filter(({ by }) => by === 'agent');

  const platform: FakePlatform = {
    config: { origins: [site], port },
    secrets: { secret },
    dataDir,
    to: visitor,
    sent: () =>
      fromAgent().map(({ nodes, buttons }) => ({ to: visitor, text: textOf(nodes), buttons: buttons?.map(({ label }) => label) })),
    refuse: (refusal) => {
      // A disk that is gone is all that can be down here.
      rmSync(`${folder}.away`, { recursive: true, force: true });
      if (refusal?.because === 'down') {
        if (existsSync(folder)) renameSync(folder, `${folder}.away`);
        writeFileSync(folder, '');
      } else rmSync(folder, { recursive: true, force: true });
    },
    say: async ({ id, text }) => {
      while ((await post('/messages', { id: `message-${id}`, text })).status !== 204)
        await new Promise((resolve) => setTimeout(resolve, 20));
    },
    press: async (button) => {
      await post('/actions', {
        action: fromAgent()
          .at(-1)
          ?.buttons?.find(({ label }) => label === button)?.id,
      });
    },
    close: () => rm(dataDir, { recursive: true, force: true }),
  };
  return { platform, base, call, post, visitor };
};

const entriesIn = (file: string): readonly Entry[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Entry)
    : [];

/** Paragraphs as people read them: an empty line between. */
export const textOf = (nodes: readonly Node[]): string =>
  nodes
    .map((node, index) => {
      if (typeof node === 'string') return node;
      if (node.tag === 'br') return '\n';
      return `${index > 0 && node.tag === 'p' ? '\n\n' : ''}${textOf(node.children)}`;
    })
    .join('');

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};
