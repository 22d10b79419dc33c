import { Notification } from 'electron';

type Notice = { readonly title: string; readonly body: string; readonly onClick: () => void };

/**
 * A notification of the operating system, where it has them; returns its undo. Hosts on Linux may read markup in the body: no
 * words of a model go there.
 */
export const showNotice = ({ title, body, onClick }: Notice): (() => void) => {
  if (!Notification.isSupported()) return () => undefined;
  const notice = new Notification({ title, body });
  notice.on('click', onClick);
  notice.show();
  return () => notice.close();
};
