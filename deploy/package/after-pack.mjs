import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Called by electron-builder for each unpacked app, before the fuses are set. Electron's stand-in for an app stays behind in
 * some distributions; a package has no use for it.
 * @param {import('electron-builder').AfterPackContext} context
 */
// biome-ignore lint/style/noDefaultExport: electron-builder asks for one
export default async ({ appOutDir, packager }) => {
  await rm(join(packager.getResourcesDir(appOutDir), 'default_app.asar'), { force: true });
};
