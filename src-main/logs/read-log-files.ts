import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { logFileNameOf } from './log-file.ts';

/** Parsing so much takes some milliseconds; between two pieces others have their turn. */
const chunkBytes = 128 * 1024;

/**
 * The lines of all log files in pieces, newest first, read only as far as the caller goes. Where a file is rotated
 * meanwhile, lines may come twice; they are in order again from there on.
 */
export async function* readLogFiles(folder: string): AsyncGenerator<{ readonly lines: readonly string[]; readonly bytes: number }> {
  for (let index = 0; ; index += 1) {
    const file = await open(join(folder, logFileNameOf(index)), 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    // In the moment of a rotation the current file can be missing, and those behind it are there.
    if (file === null && index > 0) return;
    if (file === null) continue;
    try {
      let begun = Buffer.alloc(0);
      for (let end = (await file.stat()).size; end > 0; ) {
        const start = Math.max(0, end - chunkBytes);
        const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
        const bytes = Buffer.concat([buffer.subarray(0, bytesRead), begun]);
        // The first line may have begun in the piece before this one.
        const whole = start === 0 ? 0 : bytes.indexOf(10) + 1;
        begun = Buffer.from(start === 0 ? [] : whole === 0 ? bytes : bytes.subarray(0, whole));
        end = start;
        if (start > 0 && whole === 0) continue;
        yield { lines: bytes.toString('utf8', whole).split('\n').reverse(), bytes: bytesRead };
      }
    } finally {
      await file.close();
    }
  }
}
