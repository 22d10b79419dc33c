import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import { openaiErrorSchema } from '../../src-shared/contract/routes/openai.ts';
import { type ErrorCode, errorCodes } from '../../src-shared/error-codes.ts';
import { toOpenaiError } from './openai-error.ts';

describe('an error for a client of the OpenAI API', () => {
  it('fits the schema and keeps the status of the table, whatever it is', () => {
    for (const code of Object.keys(errorCodes) as ErrorCode[]) {
      const { status, body } = toOpenaiError(new AppError(code), 'trace');
      expect(openaiErrorSchema.safeParse(body).error).toBeUndefined();
      expect(status).toBe({ MODEL_RATE_LIMITED: 429, MODEL_CONTEXT_FULL: 400 }[code as string] ?? errorCodes[code].status);
      expect(body.error.gatewayCode).toBe(code);
    }
  });

  it('names the field, as that API writes it', () => {
    const param = (details: unknown) => toOpenaiError(new AppError('BAD_REQUEST', { details }), 'trace').body.error.param;
    expect(param({ issues: [{ at: 'body.messages.0.content.12.type', message: 'x' }, { at: 'body.n' }] })).toBe(
      'messages[0].content[12].type',
    );
    expect(param({ issues: [{ at: 'body.response_format.type', message: 'x' }] })).toBe('response_format.type');
    expect(param({ scope: 'messages' })).toBeNull();
    expect(param(undefined)).toBeNull();
  });

  it('has the code that programs look for', () => {
    const codeOf = (code: ErrorCode) => toOpenaiError(new AppError(code), 'trace').body.error.code;
    expect((['AGENT_UNKNOWN', 'TOKEN_EXPIRED', 'MODEL_RATE_LIMITED', 'BUDGET_EXHAUSTED', 'BAD_REQUEST'] as const).map(codeOf)).toEqual([
      ...['model_not_found', 'invalid_api_key', 'rate_limit_exceeded', 'insufficient_quota', 'BAD_REQUEST'],
    ]);
  });

  it('lets an SDK ask again only what may be asked again, and no bad key', () => {
    const again = (error: AppError) => toOpenaiError(error, 'trace').headers['x-should-retry'];
    expect(again(new AppError('GATEWAY_STARTING'))).toBe('true');
    expect(again(new AppError('MODEL_FAILED', { retryable: false }))).toBe('false');
    expect(again(new AppError('IDEMPOTENCY_CONFLICT'))).toBe('false');
    expect(again(new AppError('RATE_LIMITED'))).toBe('false');
  });
});
