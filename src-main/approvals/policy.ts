import type { Config } from '../../src-shared/contract/config.ts';
import type { Effect } from '../agents/tools/tool.ts';

/** `pin`: somebody is asked, and must give the PIN. */
export type Verdict = { readonly do: 'allow' | 'ask' | 'pin' } | { readonly do: 'deny'; readonly why: string };

/** The part of `security` that it reads. */
export type PolicyConfig = {
  readonly requirePinFor: readonly string[];
  readonly shell: Readonly<Config['security']['shell']>;
  /** Tools that the operator lets run unasked elsewhere in the configuration. */
  readonly isAutoApproved?: (tool: string) => boolean;
};

/**
 * What has to happen before a tool does something. Text that an agent reads is no part of it: it can never raise a right.
 */
export const decide = (
  { tool, effect }: { readonly tool: string; readonly effect: Effect },
  security: PolicyConfig,
  pinIsSet: boolean,
): Verdict => {
  if (tool === 'shell' && security.shell.mode === 'deny')
    return { do: 'deny', why: 'The operator has switched the shell off (security.shell.mode). Do not try to get around it.' };
  if (wantsPin(tool, effect, security.requirePinFor))
    return pinIsSet
      ? { do: 'pin' }
      : { do: 'deny', why: `"${tool}" needs the PIN, and none is set. The operator can set one: openclaw pin set.` };
  if (effect === 'read' || effect === 'talk') return { do: 'allow' };
  if (tool === 'shell' && security.shell.mode === 'allow') return { do: 'allow' };
  if (security.isAutoApproved?.(tool)) return { do: 'allow' };
  return { do: 'ask' };
};

/** `file_write` stands for every tool that writes files, `shell` for every one that runs programs. */
const wantsPin = (tool: string, effect: Effect, names: readonly string[]): boolean =>
  names.includes(tool) || (effect === 'write' && names.includes('file_write')) || (effect === 'run' && names.includes('shell'));
