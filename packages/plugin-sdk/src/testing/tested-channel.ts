import type { FakeHost } from './fake-host.ts';
import type { Ability, FakePlatform } from './fake-platform.ts';

export type TestedChannel = {
  /** The default export of the plugin's file: its class or an object, or a promise of one. Called for every check. */
  readonly create: (platform: FakePlatform) => unknown;
  /** Called for every check. A platform that calls us does so by `host.request`. */
  readonly platform: (host: FakeHost) => Promise<FakePlatform>;
  readonly lacks?: readonly Ability[];
  /** How long to wait for what the channel does by itself, such as to come online or back; default 15,000. */
  readonly patienceMs?: number;
};
