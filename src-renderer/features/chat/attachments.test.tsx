// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts';
import { type Rendered, renderConsole } from '../../testing/render.tsx';

const id = `upl_${'a'.repeat(22)}`;
let gateway: FakeGateway;
let app: Rendered;
let answer: { readonly status: number; readonly body: unknown };

beforeEach(async () => {
  answer = { status: 201, body: { id, name: 'notes.txt', type: 'text/plain', size: 2, sha256: 'x', expiresAt: 1 } };
  gateway = await startFakeGateway();
  gateway.serve = ({ method, path }) => (method === 'POST' && path === '/api/v1/uploads' ? answer : null);
  app = await renderConsole(gateway);
  await app.shown(() => expect(field()).not.toBeNull());
});
afterEach(async () => {
  await app.close();
  await gateway.stop();
});

const field = (): HTMLTextAreaElement | null => app.page.querySelector('textarea');
const button = (name: string): HTMLButtonElement | null => app.page.querySelector(`button[aria-label="${name}"]`);
/** As a drop or a paste brings it. */
const drop = (file: File): Promise<void> =>
  app.change(() => {
    const event = new Event('drop', { bubbles: true, cancelable: true });
    Object.assign(event, { dataTransfer: { files: [file], types: ['Files'] } });
    field()?.dispatchEvent(event);
  });

describe('files of a message', () => {
  it('are sent when they are dropped, and go with the message', async () => {
    await drop(new File(['hi'], 'notes.txt', { type: 'text/plain' }));
    await app.shown(() => expect(button('Send')?.disabled).toBe(false));
    expect(app.page.textContent).toContain('notes.txt');
    expect(await app.violations()).toEqual([]);
    await app.change(() => button('Send')?.click());
    await app.shown(() =>
      expect(gateway.received).toContainEqual(expect.objectContaining({ content: 'See the attached files.', attachments: [id] })),
    );
    expect(button('Remove notes.txt')).toBeNull();
  });

  it('hold the message up where one could not be sent, until it is removed', async () => {
    answer = { status: 413, body: { error: { code: 'BODY_TOO_LARGE', message: 'x', retryable: false, traceId: 't' } } };
    await drop(new File(['hi'], 'film.mkv'));
    await app.shown(() => expect(app.page.querySelector('[role=alert]')?.textContent).toContain('film.mkv could not be sent'));
    expect(button('Send')?.disabled).toBe(true);
    await app.change(() => button('Remove film.mkv')?.click());
    expect(app.page.textContent).not.toContain('film.mkv');
  });
});
