import type { Clock } from '../gateway-ports.ts';
import type { GatewayState } from './gateway-host.ts';
import type { Words } from './words.ts';

/**
 * How the app stands, for everything that shows it: tray, title, menu. `working`: turns are at work or wait.
 * `waiting`: one of them, or more, for somebody's approval.
 * `stopped`: an operator has stopped everything. `error`: there is no gateway, and the window says why.
 */
export type AppState = { readonly kind: 'starting' | 'ready' | 'working' | 'waiting' | 'stopped' | 'error'; readonly turns: number };

/** Milliseconds that turns may come and go before it shows: a tray must not flicker with each of a hundred a second. */
const settleMs = 100;

/** The one state machine behind what is around the window, fed by the gateway's host and by the gateway itself. */
export const createAppState = ({
  clock,
  changed,
}: {
  readonly clock: Pick<Clock, 'after'>;
  readonly changed: (state: AppState) => void;
}) => {
  let host: GatewayState = { phase: 'starting' };
  let shown = stateOf(host);
  let unfollow: () => unknown = () => undefined;
  let cancelLook: (() => void) | null = null;

  const look = (): void => {
    cancelLook?.();
    cancelLook = null;
    const next = stateOf(host);
    if (next.kind === shown.kind && next.turns === shown.turns) return;
    shown = next;
    changed(next);
  };

  return {
    state: (): AppState => shown,
    follow: (next: GatewayState): void => {
      unfollow();
      unfollow = () => undefined;
      // The app is about to end, as it last stood.
      if (next.phase === 'stopped') return;
      host = next;
      if (next.phase === 'running') {
        const lookSoon = (): void => {
          cancelLook ??= clock.after(settleMs, look);
        };
        const undos = [next.gateway.onActivity(lookSoon), next.gateway.approvals.onChange(lookSoon)];
        unfollow = () => {
          for (const undo of undos) undo();
        };
      }
      look();
    },
  } as const;
};

const stateOf = (host: GatewayState): AppState => {
  if (host.phase === 'failed') return { kind: 'error', turns: 0 };
  if (host.phase !== 'running') return { kind: 'starting', turns: 0 };
  const { turns, stopped } = host.gateway.activity();
  if (stopped) return { kind: 'stopped', turns };
  if (host.gateway.approvals.pending().length > 0) return { kind: 'waiting', turns };
  return { kind: turns > 0 ? 'working' : 'ready', turns };
};

/** In a line, for the tray. */
export const stateLine = ({ kind, turns }: AppState, words: Words): string => words[`${kind}Line`].replace('{turns}', String(turns));

/** The window's title. */
export const titleFor = ({ kind }: AppState, words: Words): string => (kind === 'ready' ? 'OpenClaw' : `OpenClaw – ${words[kind]}`);
