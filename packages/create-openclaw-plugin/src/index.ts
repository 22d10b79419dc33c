export { manifestFile, writeArchive } from './archive/write-archive.ts';
export { type Built, buildPlugin } from './build/build-plugin.ts';
export { readProject } from './build/read-project.ts';
export { createProject, type Kind } from './create/create-project.ts';
export { run } from './run.ts';
