import { isAbsolute, relative, sep } from 'node:path';

/** Whether a path is the folder itself or below it; both absolute, links resolved. */
export const isInside = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way === '' || (!isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`));
};
