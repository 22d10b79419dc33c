import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import { dispatchIpc, type IpcTable } from './ipc-dispatch.ts';
import { startupUrl } from './navigation-rules.ts';

const gatewayOrigin = 'http://127.0.0.1:18789';
const consolePage = { url: `${gatewayOrigin}/`, isMainFrame: true };
const startupPage = { url: startupUrl, isMainFrame: true };

const tableWith = (rows: Partial<IpcTable> = {}): { table: IpcTable; asked: unknown[] } => {
  const asked: unknown[] = [];
  const table: IpcTable = {
    'console:token': { pages: ['console'], run: async () => ({ token: 'secret', expiresAt: 5 }) },
    'shell:open-external': { pages: ['console', 'startup'], run: async (request) => ({ opened: asked.push(request) > 0 }) },
    'shell:restart-gateway': { pages: ['console'], run: async () => ({}) },
    'shell:language': { pages: ['console'], run: async () => ({}) },
    'startup:problem': { pages: ['startup'], run: async () => null },
    'startup:retry': { pages: ['startup'], run: async (request) => ({ started: asked.push(request) > 0 }) },
    ...rows,
  };
  return { table, asked };
};

describe('dispatchIpc', () => {
  it('answers each page what is its own', async () => {
    const { table, asked } = tableWith();
    expect(await dispatchIpc(table, { channel: 'console:token', request: undefined, sender: consolePage, gatewayOrigin })).toEqual({
      ok: true,
      value: { token: 'secret', expiresAt: 5 },
    });
    expect(
      await dispatchIpc(table, { channel: 'startup:retry', request: { port: 18_790 }, sender: startupPage, gatewayOrigin: null }),
    ).toEqual({ ok: true, value: { started: true } });
    expect(asked).toEqual([{ port: 18_790 }]);
  });

  it.each([
    ['another origin', { url: 'http://127.0.0.1:18790/', isMainFrame: true }, gatewayOrigin],
    ['the startup page', startupPage, gatewayOrigin],
    ['a frame inside the console', { ...consolePage, isMainFrame: false }, gatewayOrigin],
    ['a frame that is gone', null, gatewayOrigin],
    ['a page that was left standing when the gateway stopped', consolePage, null],
  ])('gives no token to %s', async (_who, sender, origin) => {
    const { table } = tableWith();
    expect(await dispatchIpc(table, { channel: 'console:token', request: undefined, sender, gatewayOrigin: origin })).toMatchObject({
      ok: false,
      error: { code: 'ORIGIN_REFUSED' },
    });
  });

  it.each([
    ['startup:retry', { port: 0 }, startupPage],
    ['startup:retry', undefined, startupPage],
    ['shell:open-external', { url: 'file:///etc/passwd' }, consolePage],
    ['shell:open-external', { url: 'javascript:alert(1)' }, consolePage],
    ['shell:open-external', 'https://example.org', consolePage],
  ] as const)('runs nothing for %s with %j', async (channel, request, sender) => {
    const { table, asked } = tableWith();
    expect(await dispatchIpc(table, { channel, request, sender, gatewayOrigin })).toMatchObject({
      ok: false,
      error: { code: 'BAD_REQUEST' },
    });
    expect(asked).toEqual([]);
  });

  it('tells an AppError and keeps everything else to itself', async () => {
    const failing = (error: Error) => tableWith({ 'console:token': { pages: ['console'], run: () => Promise.reject(error) } }).table;
    const call = { channel: 'console:token', request: undefined, sender: consolePage, gatewayOrigin } as const;
    expect(await dispatchIpc(failing(new AppError('KEYCHAIN_UNAVAILABLE', { hint: 'unlock it' })), call)).toEqual({
      ok: false,
      error: { code: 'KEYCHAIN_UNAVAILABLE', message: 'The keychain does not answer.', hint: 'unlock it', retryable: true },
    });
    expect(JSON.stringify(await dispatchIpc(failing(new Error('at /home/me/secret')), call))).not.toContain('secret');
  });

  it('lets no answer out that does not fit its schema', async () => {
    const { table } = tableWith({ 'console:token': { pages: ['console'], run: async () => ({ token: 5 }) as never } });
    expect(await dispatchIpc(table, { channel: 'console:token', request: undefined, sender: consolePage, gatewayOrigin })).toMatchObject({
      ok: false,
      error: { code: 'INTERNAL' },
    });
  });
});
