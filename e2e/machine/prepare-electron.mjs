// Undoes what Cypress did to its Electron: the snapshot fuse off, Node's inspector (Playwright needs it) on, a default app.
import { join } from 'node:path';
import { createPackage } from '@electron/asar';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';

const [dist = '', defaultApp = ''] = process.argv.slice(2);
await flipFuses(join(dist, 'electron'), {
  version: FuseVersion.V1,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: true,
});
await createPackage(defaultApp, join(dist, 'resources', 'default_app.asar'));
