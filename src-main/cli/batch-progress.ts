import type { Batch } from '../../src-shared/contract/rest.ts';

const stepPercent = 10;

/** How far a batch is: on a terminal one line that is drawn again, else a line for every tenth. */
export const createBatchProgress = (out: NodeJS.WritableStream): { readonly show: (batch: Batch) => void; readonly end: () => void } => {
  const drawn = 'isTTY' in out && out.isTTY === true;
  let told = 0;
  let lastStatus: Batch['status'] = 'running';
  let open = false;
  return {
    show: (batch) => {
      const { status, total, completed, failed, running } = batch;
      const percent = total === 0 ? 100 : Math.floor(((completed + failed) * 100) / total);
      const line = `${percent} %  ${completed + failed} of ${total}${failed > 0 ? `, ${failed} failed` : ''}, ${
        status === 'paused' ? 'paused by an operator (openclaw start)' : `${running} running`
      }`;
      if (drawn) {
        out.write(`\r\x1b[K${line}`);
        open = true;
      } else if (percent >= told + stepPercent || status !== lastStatus) {
        out.write(`${line}\n`);
        told = percent - (percent % stepPercent);
      }
      lastStatus = status;
    },
    end: () => {
      if (open) out.write('\n');
      open = false;
    },
  };
};
