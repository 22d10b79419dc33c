import type { z } from 'zod';
import { errorBodySchema, type Route, type RouteId, type RouteRequest, type Routes, routes } from '../../src-shared/contract/rest.ts';
import { ApiError } from './api-error.ts';
import { readEvents } from './read-events.ts';
import type { SendFile, SentFile } from './send-file.ts';

type Answer<Id extends RouteId> = {
  [S in keyof Routes[Id]['answers']]: Routes[Id]['answers'][S] extends z.ZodType ? z.output<Routes[Id]['answers'][S]> : never;
}[keyof Routes[Id]['answers']];

type CallOptions = { readonly signal?: AbortSignal /** Where the gateway has asked for it. */; readonly pin?: string | undefined };

/** `onProgress`: how much of it is sent, 0 to 1. */
export type UploadOptions = Pick<SentFile, 'signal' | 'onProgress'>;

type Arguments<Id extends RouteId> =
  Record<never, never> extends RouteRequest<Id>
    ? [request?: RouteRequest<Id>, options?: CallOptions]
    : [request: RouteRequest<Id>, options?: CallOptions];

export type HttpClient = {
  /** @throws ApiError, or the signal's reason when the caller aborted */
  readonly call: <Id extends RouteId>(id: Id, ...args: Arguments<Id>) => Promise<Answer<Id>>;
  /** A route that takes a file. @throws as `call` */
  readonly upload: <Id extends RouteId>(id: Id, request: RouteRequest<Id>, file: Blob, options?: UploadOptions) => Promise<Answer<Id>>;
  /** A route that answers a stream of events; resolves at its end. @throws as `call` */
  readonly stream: <Id extends RouteId>(
    id: Id,
    request: RouteRequest<Id>,
    onEvent: (data: unknown) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  /** A route that answers a file. @throws as `call` */
  readonly download: <Id extends RouteId>(id: Id, ...args: Arguments<Id>) => Promise<Download>;
};

export type Download = { readonly name: string; readonly content: Blob };

type HttpClientOptions = {
  /** Where the gateway is, with a slash at the end: `http://127.0.0.1:18789/`. */
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
  /** Says how far a file is; without it files go by `fetch`, in silence. */
  readonly sendFile?: SendFile;
  readonly token: () => Promise<string | null>;
  /** A credential was refused (401): the page must ask for another. */
  readonly onSignedOut: (error: ApiError) => void;
};

/** One function for every row of the route table; what comes back has passed that row's schema. */
export const createHttpClient = (options: HttpClientOptions): HttpClient => ({
  call: async <Id extends RouteId>(id: Id, ...[request, callOptions]: Arguments<Id>) =>
    readAnswer<Id>(options, routes[id], await send(options, routes[id], request ?? {}, callOptions ?? {})),
  upload: async <Id extends RouteId>(id: Id, request: RouteRequest<Id>, file: Blob, how: UploadOptions = {}) =>
    readAnswer<Id>(options, routes[id], await send(options, routes[id], { ...request, file }, how)),
  stream: async <Id extends RouteId>(id: Id, request: RouteRequest<Id>, onEvent: (data: unknown) => void, signal: AbortSignal) => {
    const route: Route = routes[id];
    const response = await send(options, route, request, { signal });
    if (!response.ok || response.body === null) throw refused(options, route, response, await readJson(response));
    try {
      await readEvents(response.body, onEvent);
    } catch (cause) {
      if (signal.aborted) throw cause;
      throw new ApiError('UNREACHABLE', { message: 'The gateway broke off in the middle of its answer.', retryable: true, cause });
    }
  },
  download: async <Id extends RouteId>(id: Id, ...[request, callOptions]: Arguments<Id>) => {
    const route: Route = routes[id];
    const response = await send(options, route, request ?? {}, callOptions ?? {});
    if (!(response.status in route.answers)) throw refused(options, route, response, await readJson(response));
    try {
      return { name: fileName(response.headers.get('content-disposition') ?? '') ?? id, content: await response.blob() };
    } catch (cause) {
      throw new ApiError('UNREACHABLE', { message: 'The gateway broke off in the middle of the file.', retryable: true, cause });
    }
  },
});

const readAnswer = async <Id extends RouteId>(options: HttpClientOptions, route: Route, response: Response): Promise<Answer<Id>> => {
  const body = await readJson(response);
  if (!(response.status in route.answers)) throw refused(options, route, response, body);
  const parsed = route.answers[response.status]?.safeParse(body);
  if (!parsed?.success) throw badAnswer(response, parsed?.error);
  return parsed.data as Answer<Id>;
};

/** The name in UTF-8, as RFC 6266 has it, before the plain one. */
const fileName = (disposition: string): string | undefined => {
  const [, encoded] = /filename\*=UTF-8''([^;]+)/i.exec(disposition) ?? [];
  const [, plain] = /filename="([^"]+)"/i.exec(disposition) ?? [];
  return encoded === undefined ? plain : decodeURIComponent(encoded);
};

type AnyRequest = { readonly params?: object; readonly query?: object; readonly body?: unknown; readonly file?: Blob };

const send = async (
  options: HttpClientOptions,
  route: Route,
  request: AnyRequest,
  { signal, pin, onProgress }: CallOptions & UploadOptions,
): Promise<Response> => {
  const token = route.auth === 'open' ? null : await options.token();
  const url = requestUrl(options.baseUrl, route, request);
  const headers: Record<string, string> = {
    accept: route.media?.join(', ') ?? 'application/json',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(request.body === undefined ? {} : { 'content-type': isBytes(route) ? 'application/octet-stream' : 'application/json' }),
    ...(request.file === undefined ? {} : { 'content-type': request.file.type || 'application/octet-stream' }),
    ...(pin === undefined ? {} : { 'x-openclaw-pin': encodeURIComponent(pin) }),
  };
  const common = { method: route.method, headers, ...(signal === undefined ? {} : { signal }) };
  try {
    if (request.file && options.sendFile)
      return await options.sendFile(url, { ...common, body: request.file, ...(onProgress === undefined ? {} : { onProgress }) });
    return await options.fetch(url, {
      ...common,
      credentials: 'omit',
      cache: 'no-store',
      ...(request.body === undefined
        ? {}
        : { body: isBytes(route) ? (request.body as Uint8Array<ArrayBuffer>) : JSON.stringify(request.body) }),
      ...(request.file === undefined ? {} : { body: request.file }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError('UNREACHABLE', { message: 'The gateway does not answer.', retryable: true, cause });
  }
};

const isBytes = (route: Route): boolean => route.reads?.as === 'bytes';

const requestUrl = (baseUrl: string, route: Route, request: AnyRequest): string => {
  const params: Record<string, unknown> = { ...request.params };
  const path = route.path.slice(1).replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const url = new URL(path, baseUrl);
  for (const [name, value] of Object.entries(request.query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value));
  return url.href;
};

const readJson = async (response: Response): Promise<unknown> => {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
};

const refused = (options: HttpClientOptions, route: Route, response: Response, body: unknown): ApiError => {
  const parsed = errorBodySchema.safeParse(body);
  if (!parsed.success) return badAnswer(response, parsed.error);
  const { code, message, hint, retryable, retryAfterMs, traceId } = parsed.data.error;
  const error = new ApiError(code, { message, hint, retryable, retryAfterMs, traceId, status: response.status });
  if (response.status === 401 && route.auth !== 'open') options.onSignedOut(error);
  return error;
};

const badAnswer = (response: Response, cause: unknown): ApiError =>
  new ApiError('BAD_ANSWER', {
    message: `The gateway answered ${response.status} with something this page cannot read.`,
    status: response.status,
    cause,
  });
