import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../src-shared/app-error.ts';
import type { Config, McpServerConfig } from '../../src-shared/contract/config.ts';
import { createLane } from '../lane.ts';
import type { ConfigFile } from './config-file.ts';
import type { MergePatch } from './merge-patch.ts';
import { type ConfigProblem, parseConfig, parseJsonc, sayProblem } from './parse-config.ts';

/** Resolves where the change may be made. `what` completes "The PIN is needed for …". @throws AppError PIN_* */
export type ApproveWeakening = (what: string) => Promise<void>;

export type ConfigEditor = {
  /**
   * Both see the file as it is now, write only what parses whole, and come one after the other. `approve` is
   * asked where the change touches what keeps the gateway safe.
   *
   * @returns the new text
   * @throws AppError CONFIG_INVALID with `details: {problems}`, CONFIG_CHANGED, HOME_UNUSABLE, STORAGE_FULL, or what `approve` throws
   */
  readonly patch: (patch: MergePatch, approve: ApproveWeakening) => Promise<string>;
  /** @param was the text that was read; where the file is no longer that, nothing is written */
  readonly save: (text: string, was: string, approve: ApproveWeakening) => Promise<string>;
};

type EditorPorts = {
  readonly file: ConfigFile;
  /** In force where the file itself cannot be used. */
  readonly lastGood: () => Config;
  /** Takes a text that is good and on the disk now. */
  readonly written: (text: string, config: Config) => void;
};

/** The one way in which the gateway and its command line change `config.json`. */
export const createConfigEditor = ({ file, lastGood, written }: EditorPorts): ConfigEditor => {
  const inTurn = createLane();

  const replace = async (before: string, after: string, approve: ApproveWeakening): Promise<string> => {
    const { config, problems, skipped } = parseConfig(after);
    if (config === null) throw invalid(problems);
    const old = parseConfig(before);
    // What was there before is in nobody's way.
    const newlySkipped = skipped.filter(({ message }) => !old.skipped.some((known) => known.message === message));
    if (newlySkipped.length > 0) throw invalid(newlySkipped);
    const touched = guardedKeys(old.config ?? lastGood(), config);
    if (touched.length > 0) {
      await approve(`changing ${touched.join(', ')}`);
      // Hashing a PIN takes a moment; somebody may have saved the file in an editor meanwhile.
      if ((await file.read()) !== before) throw new AppError('CONFIG_CHANGED');
    }
    if (after !== before) await file.write(after);
    written(after, config);
    return after;
  };

  return {
    patch: (patch, approve) =>
      inTurn(async () => {
        const before = await file.read();
        const { errors } = parseJsonc(before);
        if (errors.length > 0) throw invalid(parseConfig(before).problems, `${file.shown} itself cannot be read; mend it first`);
        // Loaded with the first change: a start needs none of it.
        const { applyMergePatch } = await import('./merge-patch.ts');
        return replace(before, applyMergePatch(before, patch), approve);
      }),
    save: (text, was, approve) =>
      inTurn(async () => {
        const before = await file.read();
        if (before !== was) throw new AppError('CONFIG_CHANGED', { hint: 'Read it again, and make the change there.' });
        return replace(before, text, approve);
      }),
  };
};

const invalid = (problems: readonly ConfigProblem[], intro = 'The configuration would not be valid'): AppError =>
  new AppError('CONFIG_INVALID', {
    message: `${intro}: ${problems.slice(0, 3).map(sayProblem).join('; ')}. Nothing was changed.`,
    details: { problems },
  });

/** What the PIN guards where one is set: `security.*`, who can reach the gateway, and which programs it starts. */
const guardedKeys = (before: Config, after: Config): string[] => {
  const keys = new Set([...Object.keys(before.security), ...Object.keys(after.security)]) as Set<keyof Config['security']>;
  return [
    ...[...keys].filter((key) => !isDeepStrictEqual(before.security[key], after.security[key])).map((key) => `security.${key}`),
    ...(['host', 'trustedProxies'] as const)
      .filter((key) => !isDeepStrictEqual(before.gateway[key], after.gateway[key]))
      .map((key) => `gateway.${key}`),
    ...Object.keys(after.mcpServers)
      .filter((name) => !isDeepStrictEqual(withoutSwitch(before.mcpServers[name]), withoutSwitch(after.mcpServers[name])))
      .map((name) => `mcpServers.${name}`),
  ];
};

/** Taking a server away or switching it off and on adds nothing to what was agreed to. */
const withoutSwitch = (server: McpServerConfig | undefined): unknown => server && { ...server, disabled: undefined };
