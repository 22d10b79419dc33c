import {
  CircleAlert,
  CircleCheck,
  CircleOff,
  CircleStop,
  CircleX,
  KeyRound,
  LoaderCircle,
  PackageX,
  TimerReset,
  TriangleAlert,
} from 'lucide-react';
import type { ComponentType } from 'react';

/** As `PluginState` of the gateway has them, and what there is without a plugin that runs. */
const states = {
  starting: { tone: 'text-muted-foreground', icon: LoaderCircle },
  running: { tone: 'text-ok', icon: CircleCheck },
  degraded: { tone: 'text-warn', icon: TriangleAlert },
  'needs-auth': { tone: 'text-warn', icon: KeyRound },
  'back-off': { tone: 'text-warn', icon: TimerReset },
  failed: { tone: 'text-bad', icon: CircleX },
  stopping: { tone: 'text-muted-foreground', icon: LoaderCircle },
  stopped: { tone: 'text-muted-foreground', icon: CircleStop },
  disabled: { tone: 'text-muted-foreground', icon: CircleOff },
  'not-installed': { tone: 'text-bad', icon: PackageX },
  broken: { tone: 'text-bad', icon: CircleAlert },
} as const;

export type ChannelStateId = keyof typeof states;

/** Null for one that only a newer gateway knows: then its own name is all there is to say. */
export const knownState = (state: string): ChannelStateId | null => (Object.hasOwn(states, state) ? (state as ChannelStateId) : null);

type Look = { readonly tone: string; readonly icon: ComponentType<{ readonly size?: number; readonly className?: string }> };

/** Colour and shape: neither says it alone. */
export const lookOf = (state: ChannelStateId | null): Look =>
  state === null ? { tone: 'text-muted-foreground', icon: CircleAlert } : states[state];

export const isMoving = (state: ChannelStateId | null): boolean => state === 'starting' || state === 'stopping';

export type Repair = 'settings' | 'start' | 'install' | 'logs';

/** What puts it right, in the order in which one would try. States that are not here are as they should be. */
const repairs = {
  degraded: ['start', 'logs'],
  'needs-auth': ['settings', 'start'],
  'back-off': ['start', 'logs'],
  failed: ['start', 'logs'],
  stopped: ['start'],
  'not-installed': ['install'],
  broken: ['settings', 'logs'],
} as const satisfies Partial<Record<ChannelStateId, readonly Repair[]>>;

export type TroubleId = keyof typeof repairs;

/** Null: nothing is wrong. */
export const troubleOf = (state: string): { readonly id: TroubleId; readonly repairs: readonly Repair[] } | null =>
  Object.hasOwn(repairs, state) ? { id: state as TroubleId, repairs: repairs[state as TroubleId] } : null;
