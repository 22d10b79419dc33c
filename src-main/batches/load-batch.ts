import { AppError } from '../../src-shared/app-error.ts';
import type { BatchLine, BodyLine } from '../../src-shared/contract/rest.ts';
import { maskKeys } from '../logs/mask-keys.ts';
import type { BatchRow, Database, Write } from '../storage/database.ts';

/** Lines go to the disk in pieces of this size: enough for one commit, little enough for the memory. */
const piece = { lines: 250, chars: 128 * 1024 };

/** Lines as they come in. `hash` (SHA-256, hex) is of all of them, once they have. */
export type BatchBody = { readonly lines: AsyncIterable<BodyLine<BatchLine>>; readonly hash: () => string };

type LoadPorts = { readonly database: Database; readonly requireAgent: (id: string) => void };
type Run = Extract<Write, { op: 'batch.lines' }> & { readonly lines: { clientId: string | null; request: string }[] };

/**
 * Takes the lines of a new batch to the disk as they come in. The last commit makes it `running`; until then it does
 * not exist for anyone, and whatever goes wrong takes it away as a whole.
 *
 * @param admit asked before the last commit; throws where the batch may not begin
 * @throws AppError BATCH_INVALID for an agent that is not there; what `lines` and `admit` throw
 */
export const loadBatch = async (
  { database, requireAgent }: LoadPorts,
  row: BatchRow,
  { lines, hash }: BatchBody,
  admit: () => void,
): Promise<BatchRow> => {
  await database.write([{ op: 'batch.insert', batch: row }]);
  try {
    let total = 0;
    let runs: Run[] = [];
    let size = { lines: 0, chars: 0 };
    for await (const { line, value } of lines) {
      checkAgent(line, value, requireAgent);
      const { id = null, ...message } = value;
      const stored = { clientId: id, request: JSON.stringify({ ...message, content: maskKeys(message.content) }) };
      const run = runs.at(-1);
      // A blank line in the file leaves a gap in the numbers.
      if (run && run.firstLine + run.lines.length === line) run.lines.push(stored);
      else runs.push({ op: 'batch.lines', batchId: row.id, firstLine: line, lines: [stored] });
      total += 1;
      size = { lines: size.lines + 1, chars: size.chars + stored.request.length };
      if (size.lines < piece.lines && size.chars < piece.chars) continue;
      await database.write(runs);
      runs = [];
      size = { lines: 0, chars: 0 };
    }
    admit();
    const bodyHash = hash();
    await database.write([...runs, { op: 'batch.loaded', id: row.id, total, bodyHash }]);
    return { ...row, status: 'running', total, bodyHash };
  } catch (error) {
    // Where even that fails the next start sees to it.
    await database.write([{ op: 'batch.delete', id: row.id }]).catch(() => undefined);
    throw error;
  }
};

const checkAgent = (line: number, { agentId }: BatchLine, requireAgent: (id: string) => void): void => {
  try {
    if (agentId !== undefined) requireAgent(agentId);
  } catch (thrown) {
    const { message, hint } = AppError.from(thrown);
    throw new AppError('BATCH_INVALID', {
      message: `Line ${line}: ${message}`,
      details: { line, message, problems: [{ line, message }] },
      ...(hint === undefined ? {} : { hint }),
    });
  }
};
