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
      expect(status).toBe(code === 'MODEL_RATE_LIMITED' ? 429 : errorCodes[code].status);
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

  it('lets an SDK ask again only what may be asked again, and no bad key', () => {
    const again = (error: AppError) => toOpenaiError(error, 'trace').headers['x-should-retry'];
    expect(again(new AppError('GATEWAY_STARTING'))).toBe('true');
    expect(again(new AppError('MODEL_FAILED', { retryable: false }))).toBe('false');
    expect(again(new AppError('IDEMPOTENCY_CONFLICT'))).toBe('false');
    expect(again(new AppError('RATE_LIMITED'))).toBe('false');
  });
});
