import { ipcMain } from 'electron';
import { type IpcChannel, ipcChannels } from '../../src-shared/contract/ipc.ts';
import { dispatchIpc, type IpcSender, type IpcTable } from './ipc-dispatch.ts';

/** Puts the table on Electron's wire; returns the undo. */
export const serveIpc = (table: IpcTable, gatewayOrigin: () => string | null): (() => void) => {
  const channels = Object.keys(ipcChannels) as IpcChannel[];
  for (const channel of channels) {
    ipcMain.handle(channel, (event, request: unknown) =>
      dispatchIpc(table, { channel, request, sender: senderOf(event), gatewayOrigin: gatewayOrigin() }),
    );
  }
  return () => {
    for (const channel of channels) ipcMain.removeHandler(channel);
  };
};

/** Null once the frame has gone or navigated away; Electron 33 throws there where newer ones answer null. */
const senderOf = (event: Electron.IpcMainInvokeEvent): IpcSender | null => {
  try {
    const frame = event.senderFrame;
    return frame === null ? null : { url: frame.url, isMainFrame: frame.parent === null };
  } catch {
    return null;
  }
};
