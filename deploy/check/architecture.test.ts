import { expect, test } from 'vitest';
import { checkArchitecture } from './architecture.mjs';
import { parseModule } from './read-modules.mjs';

/** The smallest offences, one a rule: [what it breaks, file, text, words of the message]. */
const offences: readonly (readonly [string, string, string, RegExp])[] = [
  ['storage → feature', 'src-main/storage/a.ts', "import type { T } from '../sessions/b.ts';", /lowest layer/],
  ['storage → transport', 'src-main/storage/a.ts', "export { x } from '../transport/b.ts';", /lowest layer/],
  ['feature → transport', 'src-main/sessions/a.ts', "import { x } from '../transport/b.ts';", /how it is reached/],
  ['feature → feature', 'src-main/sessions/a.ts', "import { x } from '../agents/models/b.ts';", /types only/],
  ['feature → feature, lazily', 'src-main/sessions/a.ts', "export const f = () => import('../agents/b.ts');", /types only/],
  ['transport → storage', 'src-main/transport/a.ts', "import { x } from '../storage/b.ts';", /not to storage/],
  ['logs → feature', 'src-main/logs/a.ts', "import { x } from '../tokens/b.ts';", /used by everyone/],
  ['feature → root', 'src-main/tokens/a.ts', "import { x } from '../gateway.ts';", /Only the entries/],
  ['feature → shell', 'src-main/tokens/a.ts', "import { x } from '../shell/window.ts';", /Only the entries/],
  ['shell → feature', 'src-main/shell/a.ts', "import { x } from '../tokens/b.ts';", /as an argument/],
  ['shell → root', 'src-main/shell/a.ts', "import { x } from '../gateway.ts';", /as an argument/],
  ['electron in the gateway', 'src-main/transport/a.ts', "import type { App } from 'electron';", /without it/],
  ['electron in a test', 'src-main/transport/a.test.ts', "import { app } from 'electron/main';", /without it/],
  ['electron as an import type', 'src-main/tokens/a.ts', "export type A = import('electron').App;", /without it/],
  ['keytar elsewhere', 'src-main/tokens/a.ts', "import keytar from 'keytar/keytar.js';", /keychain-secret-store/],
  ['libsql elsewhere', 'src-main/sessions/a.ts', "import type D from 'libsql';", /replaceable/],
  ['shared → node', 'src-shared/a.ts', "import { join } from 'path';", /neither Node/],
  ['shared → react', 'src-shared/a.ts', "import type { FC } from 'react';", /neither Node/],
  ['shared → a side', 'src-shared/models/a.ts', "import type { x } from '../../src-main/clock.ts';", /neither Node/],
  ['console → node', 'src-renderer/a.ts', "import { join } from 'node:path';", /browser/],
  ['console → gateway', 'src-renderer/api/a.ts', "import type { x } from '../../src-main/clock.ts';", /browser/],
  ['gateway → console', 'src-main/tokens/a.ts', "import type { x } from '../../src-renderer/app.tsx';", /knows the console/],
  ['ui → feature', 'src-renderer/ui/a.tsx', "import type { x } from '../features/chat/b.ts';", /import no feature/],
  ['page → page', 'src-renderer/features/chat/a.ts', "import { x } from '../status/b.ts';", /do not import each other/],
  [
    'package → gateway',
    'packages/create-openclaw-plugin/src/a.ts',
    "import type { x } from '../../../src-main/clock.ts';",
    /knows nothing of the gateway/,
  ],
  ['SDK → shared', 'packages/plugin-sdk/src/a.ts', "import type { x } from '../../../src-shared/a.ts';", /where a stranger's/],
  ['channel → channel', 'packages/channels/a/src/a.ts', "import { x } from '../../b/src/b.ts';", /where a stranger's/],
  ['gateway → SDK', 'src-main/channels/a.ts', "import { x } from '../../packages/plugin-sdk/src/index.ts';", /names the types/],
  ['gateway → SDK, by name', 'src-main/channels/a.ts', "import { x } from '@openclaw/plugin-sdk/runtime';", /names the types/],
  ['code on import', 'src-main/tokens/a.ts', 'start();', /runs code when it is imported/],
  ['a registry', 'src-main/tokens/a.ts', 'export const all = new Map<string, number>();', /module-level Map/],
  ['a variable', 'src-main/tokens/a.ts', 'export let count = 0;', /keeps a variable/],
  ['top-level await', 'src-main/tokens/a.ts', 'export const x = await f();', /waits/],
];

test.each(offences)('%s is found', (_, file, text, words) => {
  const messages = checkArchitecture([parseModule(file, `// first line\n${text}\n`)]);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatch(words);
  expect(messages[0]).toContain(`${file}:2`);
});

const fine: readonly (readonly [string, string])[] = [
  ['src-main/sessions/a.ts', "import type { x } from '../agents/b.ts'; import { type Route } from '../transport/bind-routes.ts';"],
  ['src-main/sessions/a.ts', "import { x } from '../logs/redact.ts'; import type { Database } from '../storage/database.ts';"],
  ['src-main/transport/a.ts', "import { x } from '../sessions/b.ts'; import { y } from './c.ts';"],
  ['src-main/sessions/a.test.ts', "import { x } from '../storage/memory-database.ts'; describe('x', () => {});"],
  ['src-main/gateway.ts', "import { x } from './transport/a.ts'; import { y } from './storage/b.ts';"],
  ['src-main/desktop.ts', "import { app } from 'electron'; void start(app);"],
  ['src-main/shell/window.ts', "import { BrowserWindow } from 'electron'; import type { Gateway } from '../gateway-ports.ts';"],
  ['src-main/storage/keychain-secret-store.ts', "import keytar from 'keytar/keytar.js';"],
  ['src-main/tokens/a.ts', "const known = new Set(['a']); export const f = () => new Map();"],
  ['src-main/tokens/a.ts', "/** @type {import('electron').App} */ export const a = 1; // import('libsql')"],
  ['src-main/channels/a.ts', "import type { x } from '@openclaw/plugin-sdk';"],
  ['src-main/channels/host-process/a.ts', "import { x } from '@openclaw/plugin-sdk/runtime';"],
  ['packages/channels/a/src/a.ts', "import { x } from '@openclaw/plugin-sdk'; import { y } from './b.ts'; import { Bot } from 'grammy';"],
  ['packages/create-openclaw-plugin/src/a.ts', "import { x } from '../../../src-shared/models/plugin-manifest.ts';"],
  ['src-renderer/app.test.tsx', "import { readFileSync } from 'node:fs';"],
];

test.each(fine)('%s may: %s', (file, text) => {
  expect(checkArchitecture([parseModule(file, text)])).toEqual([]);
});

test('a ring of run-time imports is found, once, with the way round', () => {
  const ring = [
    parseModule('src-main/tokens/a.ts', "import { b } from './b.ts';"),
    parseModule('src-main/tokens/b.ts', "export * from './c.ts';"),
    parseModule('src-main/tokens/c.ts', "import { a } from './a.ts';"),
  ];
  expect(checkArchitecture(ring)).toEqual([
    expect.stringContaining('tokens/a.ts → src-main/tokens/b.ts → src-main/tokens/c.ts → src-main/tokens/a.ts'),
  ]);
});

test('types may refer to each other', () => {
  const ring = [
    parseModule('src-main/tokens/a.ts', "import { b } from './b.ts';"),
    parseModule('src-main/tokens/b.ts', "import type { A } from './a.ts';"),
  ];
  expect(checkArchitecture(ring)).toEqual([]);
});
