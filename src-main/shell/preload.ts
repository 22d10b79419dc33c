import { contextBridge, ipcRenderer } from 'electron';
import type { DesktopBridge, IpcAnswer, IpcChannel, IpcRequest } from '../../src-shared/contract/ipc.ts';
import type { IpcReply } from './ipc-dispatch.ts';

/** The contract's channels by name; its schemas stay in the main process, where the check is. */
const channels = {
  'console:token': true,
  'shell:open-external': true,
  'shell:restart-gateway': true,
  'shell:language': true,
  'startup:problem': true,
  'startup:retry': true,
} as const satisfies Record<IpcChannel, true>;

const call = async <C extends IpcChannel>(channel: C, request: IpcRequest<C>): Promise<IpcAnswer<C>> => {
  if (!Object.hasOwn(channels, channel)) throw new Error(`There is no channel ${String(channel)}.`);
  const reply = (await ipcRenderer.invoke(channel, request)) as IpcReply;
  // Only the message of an error crosses to the page, so it carries the code.
  if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`);
  return reply.value as IpcAnswer<C>;
};

const bridge: DesktopBridge = { platform: process.platform, call };

contextBridge.exposeInMainWorld('openclawDesktop', bridge);
