export { createForkPluginHost } from '../../src-main/channels/fork-plugin-host.ts';
export { systemClock } from '../../src-main/clock.ts';
export { openPrograms } from '../../src-main/programs/open-programs.ts';
