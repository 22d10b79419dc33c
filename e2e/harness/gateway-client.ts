import { expect } from 'vitest';
import WebSocket from 'ws';

/** What is looked at in the answers of `/api/v1/messages`. */
export type Answer = {
  readonly status: string;
  readonly messageId: string;
  readonly finalReply: string;
  readonly approvals?: readonly { readonly id: string; readonly title: string }[];
};

/** @param base of the gateway, with a slash at its end */
export const callGateway = async (
  base: string,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; json: Answer }> => {
  const response = await fetch(`${base}api/v1/${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, json: (await response.json()) as Answer };
};

type Frame = { readonly type: string; readonly content: string; readonly state?: string; readonly approval?: { readonly id: string } };

/** Sends a message over a socket of its own; what comes back can be waited for. */
export const sendOverSocket = async (base: string, token: string, content: string) => {
  const socket = new WebSocket(`${base.replace('http', 'ws')}ws`, { headers: { Authorization: `Bearer ${token}` } });
  const frames: Frame[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as Frame));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const send = (frame: object): void => socket.send(JSON.stringify(frame));
  send({ type: 'message', content });
  return {
    send,
    waitFor: async (what: (frame: Frame) => boolean): Promise<Frame> => {
      await expect.poll(() => frames.some(what)).toBe(true);
      return frames.find(what) as Frame;
    },
    close: () => socket.close(),
  };
};
