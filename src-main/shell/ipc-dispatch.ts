import { AppError } from '../../src-shared/app-error.ts';
import { type IpcAnswer, type IpcChannel, ipcChannels } from '../../src-shared/contract/ipc.ts';
import { pageOf } from './navigation-rules.ts';

/** The frame a call came from, as far as trust goes. */
export type IpcSender = { readonly url: string; readonly isMainFrame: boolean };

type Row<C extends IpcChannel> = {
  /** The pages that may call it. */
  readonly pages: readonly ('console' | 'startup')[];
  readonly run: (request: ParsedRequest<C>) => Promise<IpcAnswer<C>>;
};
type ParsedRequest<C extends IpcChannel> = ReturnType<(typeof ipcChannels)[C]['request']['parse']>;

/** One row per channel of the contract. */
export type IpcTable = { readonly [C in IpcChannel]: Row<C> };

/** How an answer crosses: errors travel in band, because Electron keeps only the words of what a handler throws. */
export type IpcReply =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly error: { readonly code: string; readonly message: string; readonly hint: string | null; readonly retryable: boolean };
    };

/**
 * The one door for everything a page asks of the shell: who asks, what, and what is answered are each checked here.
 * Never rejects.
 */
export const dispatchIpc = async (
  table: IpcTable,
  call: {
    readonly channel: IpcChannel;
    readonly request: unknown;
    readonly sender: IpcSender | null;
    readonly gatewayOrigin: string | null;
  },
): Promise<IpcReply> => {
  try {
    return { ok: true, value: await answer(table, call) };
  } catch (thrown) {
    const { code, message, hint, retryable } = AppError.from(thrown);
    return { ok: false, error: { code, message, hint: hint ?? null, retryable } };
  }
};

const answer = async (
  table: IpcTable,
  { channel, request, sender, gatewayOrigin }: Parameters<typeof dispatchIpc>[1],
): Promise<unknown> => {
  const row: Row<IpcChannel> = table[channel];
  const page = sender?.isMainFrame ? pageOf(sender.url, gatewayOrigin) : null;
  if (page === null || !row.pages.includes(page))
    throw new AppError('ORIGIN_REFUSED', { message: 'This page may not ask that of the desktop shell.' });
  const parsed = ipcChannels[channel].request.safeParse(request);
  if (!parsed.success)
    throw new AppError('BAD_REQUEST', { message: `The argument of ${channel} does not fit its schema.`, cause: parsed.error });
  return ipcChannels[channel].answer.parse(await row.run(parsed.data as never));
};
