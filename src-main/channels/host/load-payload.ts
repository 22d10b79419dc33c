import { join } from 'node:path';
import type { InstalledPlugin } from '../plugin-host.ts';
import type { LoadPayload } from './protocol.ts';

export const loadPayload = (
  { manifest, folder }: InstalledPlugin,
  config: Readonly<Record<string, unknown>>,
  dataFolder: string,
): LoadPayload => ({
  ...{ plugin: manifest.id, kind: manifest.kind, main: join(folder, manifest.main), config, dataFolder, net: manifest.permissions.net },
});
