import { builtinModules } from 'node:module';

/**
 * The arrows of docs/architecture.md. A row reads: files that match `from` must not import what `bans` says, because `says`.
 * `types: true` bans `import type` too; else a type may be named, for it is gone at run time.
 *
 * @typedef {object} Rule
 * @property {string} says
 * @property {(file: string) => boolean} from
 * @property {(target: import('./read-modules.mjs').Import, from: string) => boolean} bans
 * @property {boolean} [types]
 */

/** Where long-lived objects are made and features meet. */
const ROOT = /^src-main\/(gateway|open-gateway|desktop|headless|cli)\.ts$|^src-main\/cli\//;
/** Named by everyone, know nobody: ports, the clock. */
const PORTS = /^src-main\/[^/]+\.ts$/;
const NOT_FEATURES = ['transport', 'storage', 'shell', 'cli', 'config', 'logs'];

/** @param {string} file @returns {string | null} the feature of src-main it belongs to */
const feature = (file) => {
  const folder = /^src-main\/([^/]+)\//.exec(file)?.[1];
  return folder && !NOT_FEATURES.includes(folder) ? folder : null;
};
/** @param {string} file @returns {string | null} */
const page = (file) => /^src-renderer\/features\/([^/]+)\//.exec(file)?.[1] ?? null;

/** @param {string} folder */
const inside = (folder) => (/** @type {string} */ file) => file.startsWith(`${folder}/`);
/** @param {RegExp} pattern @returns {Rule['bans']} */
const target = (pattern) => (imported) => imported.file !== null && pattern.test(imported.file);
/** @param {string} name @param {string} specifier */
const isPackage = (name, specifier) => specifier === name || specifier.startsWith(`${name}/`);
/** @param {string} specifier */
const isNode = (specifier) => specifier.startsWith('node:') || builtinModules.includes(specifier);

/** @type {readonly Rule[]} */
export const rules = [
  // the gateway
  {
    says: 'Storage is the lowest layer: it imports no feature, no transport and no shell.',
    from: inside('src-main/storage'),
    bans: (imported) =>
      imported.file !== null && (feature(imported.file) !== null || /^src-main\/(transport|shell|cli)\//.test(imported.file)),
    types: true,
  },
  {
    says: 'A feature does not know how it is reached: it imports nothing from transport but types.',
    from: (file) => feature(file) !== null,
    bans: target(/^src-main\/transport\//),
  },
  {
    says: 'Features meet through constructor arguments made in gateway.ts; from each other they import types only.',
    from: (file) => feature(file) !== null,
    bans: (imported, from) => imported.file !== null && feature(imported.file) !== null && feature(imported.file) !== feature(from),
  },
  {
    says: 'Transport speaks to features, not to storage.',
    from: inside('src-main/transport'),
    bans: target(/^src-main\/storage\//),
  },
  {
    says: 'Logs and config are used by everyone, so they import no feature, transport or storage but types.',
    from: (file) => /^src-main\/(logs|config)\//.test(file),
    bans: (imported) =>
      imported.file !== null && (feature(imported.file) !== null || /^src-main\/(transport|storage|shell|cli)\//.test(imported.file)),
  },
  {
    says: 'Only the entries import the composition root, the CLI and the shell.',
    from: (file) => file.startsWith('src-main/') && !ROOT.test(file) && !file.startsWith('src-main/shell/'),
    bans: (imported) => imported.file !== null && (ROOT.test(imported.file) || imported.file.startsWith('src-main/shell/')),
  },
  {
    says: 'The shell gets the gateway as an argument; it imports src-shared, ports and types.',
    from: inside('src-main/shell'),
    bans: (imported) =>
      imported.file?.startsWith('src-main/') === true &&
      !imported.file.startsWith('src-main/shell/') &&
      (!PORTS.test(imported.file) || ROOT.test(imported.file)),
  },
  {
    says: 'Only src-main/shell/ and desktop.ts import electron: the gateway runs without it.',
    from: (file) => file.startsWith('src-') && !file.startsWith('src-main/shell/') && file !== 'src-main/desktop.ts',
    bans: (imported) => isPackage('electron', imported.specifier),
    types: true,
  },
  {
    says: 'keytar is named in keychain-secret-store.ts only.',
    from: (file) => file.startsWith('src-') && !/^src-main\/storage\/(keychain-secret-store|keytar.*)\.ts$/.test(file),
    bans: (imported) => isPackage('keytar', imported.specifier),
    types: true,
  },
  {
    says: 'libsql is named in src-main/storage/ only: the driver stays replaceable.',
    from: (file) => file.startsWith('src-') && !file.startsWith('src-main/storage/'),
    bans: (imported) => isPackage('libsql', imported.specifier),
    types: true,
  },
  // what both sides share
  {
    says: 'src-shared knows neither Node nor Electron nor React, and neither side.',
    from: inside('src-shared'),
    bans: ({ specifier, file }) =>
      isNode(specifier) ||
      ['electron', 'react', 'react-dom'].some((name) => isPackage(name, specifier)) ||
      /^src-(main|renderer)\//.test(file ?? ''),
    types: true,
  },
  // the console
  {
    says: 'The console runs in a browser and knows the public contract only: no Node, nothing of src-main.',
    from: inside('src-renderer'),
    bans: ({ specifier, file }) => isNode(specifier) || file?.startsWith('src-main/') === true,
    types: true,
  },
  {
    says: 'Nothing of the gateway knows the console.',
    from: inside('src-main'),
    bans: target(/^src-renderer\//),
    types: true,
  },
  {
    says: 'Design-system parts (ui/), the client (api/) and the words (i18n/) import no feature.',
    from: (file) => /^src-renderer\/(ui|api|i18n)\//.test(file),
    bans: target(/^src-renderer\/features\//),
    types: true,
  },
  {
    says: 'Features of the console do not import each other; what two of them need has a place of its own.',
    from: (file) => page(file) !== null,
    bans: (imported, from) => imported.file !== null && page(imported.file) !== null && page(imported.file) !== page(from),
  },
  // packages
  {
    says: 'What is published from packages/ knows nothing of the gateway and the console.',
    from: inside('packages'),
    bans: target(/^src-(main|renderer)\//),
    types: true,
  },
  {
    says: "The SDK and the channels stand where a stranger's plugin stands: their own folder, @openclaw/plugin-sdk, and packages.",
    from: (file) => /^packages\/(plugin-sdk|channels)\//.test(file),
    bans: (imported, from) => imported.file !== null && !imported.file.startsWith(packageOf(from)),
    types: true,
  },
  {
    says: 'The gateway names the types of the SDK; only the process that hosts plugins runs any of it.',
    from: (file) => file.startsWith('src-') && !file.startsWith('src-main/channels/host-process/'),
    bans: ({ file, specifier }) => /^packages\//.test(file ?? '') || isPackage('@openclaw/plugin-sdk', specifier),
  },
];

/** @param {string} file of packages/ @returns {string} the package's folder, with a slash */
const packageOf = (file) => /^packages\/(channels\/)?[^/]+\//.exec(file)?.[0] ?? file;

/** Files that are started, not imported, and two that exist for their effect. */
export const MAY_RUN_CODE =
  /^src-main\/(desktop|headless|cli)\.ts$|^src-main\/shell\/preload\.ts$|-(worker|child)\.ts$|^src-renderer\/([^/]+\/)*(main|startup)\.tsx?$|^src-renderer\/zod-jitless\.ts$/;

/** Tests look at a unit from outside and may put any two together. @param {string} file */
export const isTest = (file) => /\.test\.tsx?$|\.conformance\.ts$|\/testing\//.test(file);
