export { createForkPluginHost } from '../../src-main/channels/fork-plugin-host.ts';
export { createPeers } from '../../src-main/channels/peers.ts';
export { runChannel } from '../../src-main/channels/run-channel.ts';
export { systemClock } from '../../src-main/clock.ts';
export { openPrograms } from '../../src-main/programs/open-programs.ts';
export { openWorkerDatabase } from '../../src-main/storage/worker-database.ts';
