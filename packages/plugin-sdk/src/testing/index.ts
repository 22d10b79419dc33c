export { type ChannelCheck, type TestedChannel, testChannel } from './channel-checks.ts';
export { createFakeHost, type FakeHost } from './fake-host.ts';
export type { Ability, FakePlatform, PlatformMessage, Refusal, SentMessage } from './fake-platform.ts';
