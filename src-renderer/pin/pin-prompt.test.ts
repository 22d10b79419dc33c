import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { createPinPrompt } from './pin-prompt.ts';

const refuse = (code: 'PIN_REQUIRED' | 'PIN_WRONG' | 'SCOPE_MISSING') => new ApiError(code, { message: code });

/** A call that wants the PIN 1234, as the gateway does. */
const guarded = async (pin?: string): Promise<string> => {
  if (pin === undefined) throw refuse('PIN_REQUIRED');
  if (pin !== '1234') throw refuse('PIN_WRONG');
  return 'done';
};

const asked = async (prompt: ReturnType<typeof createPinPrompt>, problem: string | null) => {
  for (;;) {
    const { question } = prompt.getState();
    if (question && !question.checking && (question.problem?.code ?? null) === problem) return question;
    await new Promise<void>((resolve) => {
      const undo = prompt.subscribe(() => {
        undo();
        resolve();
      });
    });
  }
};

describe('a call that may want the PIN', () => {
  it('asks for nothing where none is wanted', async () => {
    const prompt = createPinPrompt();
    expect(await prompt.withPin(async () => 7)).toBe(7);
    expect(prompt.getState().question).toBeNull();
  });

  it('asks until it is the right one, saying why the last was not', async () => {
    const prompt = createPinPrompt();
    const result = prompt.withPin(guarded);
    (await asked(prompt, null)).answer('0000');
    (await asked(prompt, 'PIN_WRONG')).answer('1234');
    expect(await result).toBe('done');
    expect(prompt.getState().question).toBeNull();
  });

  it('gives null where the user does not want to', async () => {
    const prompt = createPinPrompt();
    const result = prompt.withPin(guarded);
    (await asked(prompt, null)).cancel();
    expect(await result).toBeNull();
    expect(prompt.getState().question).toBeNull();
  });

  it('passes on what else goes wrong', async () => {
    const prompt = createPinPrompt();
    const result = prompt.withPin(async () => {
      throw refuse('SCOPE_MISSING');
    });
    await expect(result).rejects.toMatchObject({ code: 'SCOPE_MISSING' });
  });
});
