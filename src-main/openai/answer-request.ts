import type { ClientTools, ModelImage } from '../agents/models/model-client.ts';
import type { Clock } from '../gateway-ports.ts';
import { callerOf, type Principal } from '../principal.ts';
import type { readIdempotency } from '../sessions/idempotency-key.ts';
import type { IncomingMessage, SubmitMessage } from '../sessions/submit-message.ts';
import type { TurnRow } from '../storage/database.ts';
import { type AnswerStream, firstSign, streamEnd, streamTurn, type Telling } from './answer-stream.ts';
import { type PromptMessage, readPrompt } from './chat-prompt.ts';
import type { ReadPictures } from './read-pictures.ts';
import { sessionOfRequest } from './session-of-request.ts';
import { succeeded, type TurnEnd } from './turn-end.ts';

export type Info = {
  readonly principal: Principal | null;
  readonly traceId: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bodyHash: () => string;
  readonly onHangUp: (listener: () => void) => () => void;
};

export type Ports = {
  readonly agents: { readonly get: (id: string) => { readonly system: string } };
  readonly clock: Clock;
  readonly submit: SubmitMessage;
  readonly readIdempotency: typeof readIdempotency;
  readonly readPictures: ReadPictures;
  /** As an upload of the caller's; gives its id. */
  readonly keepPicture: (image: ModelImage, by: Principal) => Promise<string>;
  /** How a turn ended that an Idempotency-Key found in the database. */
  readonly endOf: (row: TurnRow) => Promise<TurnEnd>;
};

type Asked = {
  readonly agentId: string;
  readonly field: 'messages' | 'input';
  readonly messages: readonly PromptMessage[];
  readonly clientTools: ClientTools | undefined;
  readonly outputSchema: IncomingMessage['outputSchema'];
  readonly user: string | null | undefined;
  readonly stream: boolean | null | undefined;
};

/** The answer to one turn in the words of one API. */
type Words<Body> = { readonly whole: (end: TurnEnd) => Body; readonly telling: () => Telling };

/** What the APIs of this door have in common: one turn, and its answer as a whole or as a stream. */
export const createAnswerRequest =
  ({ agents, clock, submit, readIdempotency, endOf, readPictures, keepPicture }: Ports) =>
  async <Body>(
    { agentId, field, messages, clientTools, outputSchema, user, stream }: Asked,
    info: Info,
    wordsFor: (turn: { readonly messageId: string; readonly acceptedAt: number }) => Words<Body>,
  ): Promise<{ readonly status: 200; readonly body: Body } | AnswerStream> => {
    const by = callerOf(info);
    const sessionId = sessionOfRequest(info.headers, user);
    const idempotency = sessionId === null ? undefined : readIdempotency(info);
    const prompt = readPrompt(await untilHangUp(info, (signal) => readPictures(messages, signal)), field);
    const attachments = sessionId === null ? [] : await Promise.all(prompt.images.map((image) => keepPicture(image, by)));
    const submitted = await submit(
      {
        via: 'openai',
        channel: 'api',
        content: prompt.content,
        history: prompt.history,
        toolResults: prompt.toolResults,
        // In a session they are kept as uploads are, and heard again.
        ...(sessionId === null ? { images: prompt.images } : { attachments }),
        clientTools,
        outputSchema,
        agentId,
        traceId: info.traceId,
        idempotency,
        ...(prompt.system === '' ? {} : { system: [agents.get(agentId).system, prompt.system].filter(Boolean).join('\n\n') }),
        ...(sessionId === null ? { hidden: true } : { sessionId }),
      },
      by,
    );
    const words = wordsFor(submitted.kind === 'running' ? submitted.turn.request : submitted.row);
    if (submitted.kind === 'ended') {
      const end = succeeded(await endOf(submitted.row));
      return stream ? streamEnd(end, words.telling()) : { status: 200, body: words.whole(end) };
    }
    const { turn } = submitted;
    // Who sent a key may come back with it for this very turn.
    const onLeft = idempotency ? () => undefined : turn.cancel;
    const forget = info.onHangUp(onLeft);
    try {
      if (!stream) return { status: 200, body: words.whole(succeeded(await turn.outcome)) };
      const end = await firstSign(turn, clock);
      return end ? streamEnd(succeeded(end), words.telling()) : streamTurn(turn, words.telling(), onLeft);
    } finally {
      forget();
    }
  };

/** Nothing is fetched for who has gone. */
const untilHangUp = async <T>({ onHangUp }: Pick<Info, 'onHangUp'>, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const gone = new AbortController();
  const forget = onHangUp(() => gone.abort());
  try {
    return await work(gone.signal);
  } finally {
    forget();
  }
};
