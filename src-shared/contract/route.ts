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
  /** The schema of JSON, or of a line of JSON Lines. */
  readonly body?: z.ZodType;
  /** How the body is read, where it is not JSON of at most 1 MiB. */
  readonly reads?: BodyReading;
  /** HTTP status → what the body is. Errors are everywhere the same and not listed. */
  readonly answers: { readonly [status: number]: z.ZodType };
  /** Also answers `text/event-stream`. */
  readonly stream?: true;
  /** Answers text of these media types, not JSON. */
  readonly media?: readonly string[];
  /** Takes the PIN, where one is set, in `X-OpenClaw-Pin`; says when it asks for it. */
  readonly pin?: string;
};

export type BodyReading =
  | { readonly as: 'json'; readonly maxBytes: number }
  /** JSON Lines, line by line as they come. */
  | { readonly as: 'lines'; readonly maxBytes: number; readonly maxLines: number }
  /** A file, handed on as it comes; of any media type, unless some are named. */
  | { readonly as: 'stream'; readonly maxBytes: number; readonly types?: readonly string[] }
  /** Handed on whole; as it came, for signatures over it, where no media types are named. */
  | { readonly as: 'bytes'; readonly maxBytes: number; readonly types?: readonly string[] };

/** A line of a JSON Lines body, numbered from 1 as editors do. */
export type BodyLine<T> = { readonly line: number; readonly value: T };

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
