import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** @throws Error with what TypeScript has to say, as `npm run build` shows it */
export const checkTypes = (root: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const compiler = createRequire(join(root, 'package.json'))
      .resolve('typescript/package.json')
      .replace(/package\.json$/, 'bin/tsc');
    execFile(process.execPath, [compiler, '--pretty', 'false'], { cwd: root }, (error, stdout) =>
      error ? reject(new Error(stdout.trim() || error.message)) : resolve(),
    );
  });
