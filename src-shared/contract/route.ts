import * as z from 'zod';
import { type ErrorCode, errorCodes } from '../error-codes.ts';
import type { Scope } from '../models/scope.ts';

/** One row of a table in `routes/`: all that a door, a client or `/openapi.json` has to know of a route. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Parameters as `{name}`. */
  readonly path: string;
  /** `open`: no credential; `optional`: more is told with one; `bearer`: JWT; `key`: JWT or API key. */
  readonly auth: 'open' | 'optional' | 'bearer' | 'key';
  readonly scope?: Scope;
  readonly summary: string;
  readonly params?: z.ZodObject;
  /** The parameter, the last part of the path, may hold slashes. */
  readonly slashes?: true;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The body is JSON Lines: `body` is the schema of a line. At most this much, and read line by line. */
  readonly lines?: { readonly maxBytes: number; readonly maxLines: number };
  /** The body is a file, at most this large, read as it comes; of any media type, unless some are named. */
  readonly upload?: { readonly maxBytes: number; readonly types?: readonly string[] };
  /** The body is a file, handed on as its bytes: of these media types, at most this much. */
  readonly bytes?: { readonly types: readonly string[]; readonly maxBytes: number };
  /** The body is handed on as bytes, at most 1 MiB, of any media type: for signatures over it. Instead of `body`. */
  readonly raw?: true;
  /** Of a JSON body; default 1 MiB. */
  readonly maxBytes?: number;
  /** HTTP status → what the body is. Errors are everywhere the same and not listed. */
  readonly answers: { readonly [status: number]: z.ZodType };
  /** Also answers `text/event-stream`. */
  readonly stream?: true;
  /** Answers text of these media types, not JSON. */
  readonly media?: readonly string[];
  /** Takes the PIN, where one is set, in `X-OpenClaw-Pin`; says when it asks for it. */
  readonly pin?: string;
};

/** A line of a JSON Lines body, numbered from 1 as editors do. */
export type BodyLine<T> = { readonly line: number; readonly value: T };

/** The body of a row with `bytes`. */
export const bytesSchema = z.custom<Uint8Array<ArrayBuffer>>((value) => value instanceof Uint8Array);

export const errorBodySchema = z.object({
  error: z.object({
    code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    details: z.unknown().optional(),
    retryable: z.boolean(),
    retryAfterMs: z.number().optional(),
    hint: z.string().optional(),
    traceId: z.string(),
  }),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;

/** Fields of every query that pages: `cursor` as the last answer gave it. */
export const page = { cursor: z.string().max(256).optional(), limit: z.coerce.number().int().min(1).max(200).optional() };
