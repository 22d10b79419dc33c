import { type ChannelContext, ChannelError } from '@openclaw/plugin-sdk';
import { ask, bytesOf, errorOfAnswer, mostFileBytes } from '@openclaw/plugin-sdk/kit';

export type GraphConfig = { readonly phoneNumberId: string; readonly url?: string; readonly version?: string };

/** Meta's Graph API, as far as a number needs it. All reject with a ChannelError. */
export type Graph = ReturnType<typeof createGraph>;

export const createGraph = (
  fetch: ChannelContext['fetch'],
  accessToken: string,
  { phoneNumberId, url, version = 'v23.0' }: GraphConfig,
) => {
  const base = `${(url ?? 'https://graph.facebook.com').replace(/\/+$/, '')}/${version}`;
  const headers = { authorization: `Bearer ${accessToken}` };

  const call = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const response = await ask(fetch, 'Meta', `${base}/${path}`, { ...init, headers: { ...headers, ...init.headers } });
    if (!response.ok) throw await errorOf(response);
    return response.json() as Promise<T>;
  };

  return {
    /** @returns the name that people see */
    about: async (): Promise<string> =>
      (await call<{ verified_name?: string }>(`${phoneNumberId}?fields=verified_name`)).verified_name ?? '',

    /** @returns the id of the message, where there is one */
    send: async (message: object): Promise<string | undefined> => {
      const { messages } = await call<{ messages?: readonly { id: string }[] }>(`${phoneNumberId}/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ messaging_product: 'whatsapp', ...message }),
      });
      return messages?.[0]?.id;
    },

    /** @returns the id of the file, for a message */
    upload: async (file: { readonly name: string; readonly type: string; readonly data: Uint8Array }): Promise<string> => {
      const form = new FormData();
      form.set('messaging_product', 'whatsapp');
      form.set('type', file.type);
      form.set('file', new Blob([new Uint8Array(file.data)], { type: file.type }), file.name);
      return (await call<{ id: string }>(`${phoneNumberId}/media`, { method: 'POST', body: form })).id;
    },

    /** The bytes stand elsewhere, at an address that holds for five minutes. */
    download: async (id: string): Promise<Uint8Array> => {
      const { url: at, file_size: size = 0 } = await call<{ url: string; file_size?: number }>(encodeURIComponent(id));
      if (size > mostFileBytes) throw new ChannelError('UNSUPPORTED', 'The file has more than 25 MiB.');
      const response = await ask(fetch, 'Meta', at, { headers });
      if (!response.ok) throw await errorOf(response);
      return bytesOf(response);
    },
  };
};

/** https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes */
const codes: Readonly<Record<number, ConstructorParameters<typeof ChannelError>[0]>> = {
  0: 'AUTH',
  3: 'AUTH',
  10: 'AUTH',
  190: 'AUTH',
  4: 'RATE_LIMIT',
  80007: 'RATE_LIMIT',
  130429: 'RATE_LIMIT',
  131048: 'RATE_LIMIT',
  131056: 'RATE_LIMIT',
  1: 'NETWORK',
  2: 'NETWORK',
  131000: 'NETWORK',
  131016: 'NETWORK',
  133004: 'NETWORK',
  131021: 'PEER',
  131026: 'PEER',
  131030: 'PEER',
  131047: 'PEER',
  131050: 'PEER',
};

const errorOf = async (response: Response): Promise<ChannelError> => {
  const { error } = (await response.json().catch(() => ({}))) as {
    error?: { code?: number; message?: string; error_data?: { details?: string } };
  };
  const words = [error?.message, error?.error_data?.details].filter(Boolean).join(' ');
  const code = error?.code === undefined ? undefined : codes[error.code];
  const general = errorOfAnswer(response, 'Meta', words);
  if (code === undefined) return general;
  return new ChannelError(code, general.message, general.retryAfterMs === undefined ? {} : { retryAfterMs: general.retryAfterMs });
};
