/// <reference types="vite/client" />
import type { Kind } from './create-project.ts';

/** `template/` as texts, put in when this package is built: npm and packers of apps leave out files by their names. */
const texts: Readonly<Record<string, string>> = import.meta.glob('../../template/**', { query: '?raw', import: 'default', eager: true });

const sdk: Readonly<Record<string, string>> = import.meta.glob(
  ['../../../plugin-sdk/dist/**', '../../../plugin-sdk/package.json', '../../../plugin-sdk/README.md'],
  { query: '?raw', import: 'default', eager: true },
);

/** The SDK as it is published, by path. */
export const sdkFiles = (): Record<string, string> =>
  Object.fromEntries(Object.entries(sdk).map(([path, text]) => [path.replace(/^.*plugin-sdk\//, ''), text]));

/** The files of a project, by path. The template is what comes out for the name that it has itself. */
export const template = (id: string, kind: Kind): Record<string, string> =>
  Object.fromEntries(
    Object.entries(texts).flatMap(([path, text]) => {
      const [, folder, rest = ''] = /template\/(\w+)\/(.*)$/.exec(path) ?? [];
      if (folder !== 'common' && folder !== kind) return [];
      // Named so that they do not act on this repository.
      return [[named(rest.replace(/^_/, '.'), id), named(text, id)]];
    }),
  );

const named = (text: string, id: string): string => {
  const words = id.split('-').filter((word) => word !== '');
  const pascal = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  const title = words.join(' ').replace(/^./, (letter) => letter.toUpperCase());
  return text
    .replaceAll('my-custom-channel', id)
    .replaceAll('MyCustomChannel', /^\d/.test(pascal) ? `Plugin${pascal}` : pascal)
    .replaceAll('My custom channel', title);
};
