import { CANCEL_SYMBOL, confirm, type Option, password, select, text } from '@clack/prompts';
import { AppError } from '../../../src-shared/app-error.ts';
import type { CliPorts } from '../run-cli.ts';

/** Questions at a terminal. Each rejects with `Left` where somebody leaves by Ctrl-C or Escape. */
export type Ask = {
  readonly choose: <Value>(message: string, options: readonly Choice<Value>[]) => Promise<Value>;
  readonly yes: (message: string, otherwise: boolean) => Promise<boolean>;
  /** `problem`: what is wrong with what was typed, in words; undefined where nothing is. */
  readonly type: (
    message: string,
    given: { initial?: string; hint?: string; problem?: (typed: string) => string | undefined },
  ) => Promise<string>;
  /** Typed without echo. */
  readonly hide: (message: string, problem: (typed: string) => string | undefined) => Promise<string>;
};

type Choice<Value> = { readonly value: Value; readonly label: string; readonly hint?: string };

/** Somebody left: nothing is wrong. */
export class Left extends Error {}

/** @throws AppError BAD_REQUEST where there is nobody to ask */
export const askAt = ({ stdin, stderr }: Pick<CliPorts, 'stdin' | 'stderr'>): Ask => {
  if (!('isTTY' in stdin && stdin.isTTY === true))
    throw new AppError('BAD_REQUEST', {
      message: 'openclaw onboard asks questions, and there is no terminal to ask at.',
      hint: 'In a script: openclaw config set, openclaw config set-key, openclaw pin set, openclaw token create',
    });
  // The ports are those of a process, which is what the library wants; its types name the classes.
  const at = { input: stdin as NodeJS.ReadStream, output: stderr as NodeJS.WriteStream };
  const answer = async <T>(asked: Promise<T | typeof CANCEL_SYMBOL>): Promise<T> => {
    const given = await asked;
    if (given === CANCEL_SYMBOL) throw new Left();
    return given as T;
  };
  return {
    choose: <Value>(message: string, options: readonly Choice<Value>[]) =>
      // Its type of an option asks whether the value is a primitive; ours always has a label.
      answer<Value>(select({ message, options: options as Option<Value>[], ...at })),
    yes: (message, otherwise) => answer(confirm({ message, initialValue: otherwise, ...at })),
    type: (message, { initial, hint, problem }) =>
      answer(
        text({
          message,
          ...at,
          ...(initial === undefined ? {} : { initialValue: initial }),
          ...(hint === undefined ? {} : { placeholder: hint }),
          ...(problem === undefined ? {} : { validate: (typed: string | undefined) => problem(typed ?? '') }),
        }),
      ),
    hide: (message, problem) => answer(password({ message, validate: (typed: string | undefined) => problem(typed ?? ''), ...at })),
  };
};
