import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { HookPreset } from '../../src-shared/contract/rest.ts';

/** What came in, byte for byte. */
export type Delivery = {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
};

/** Older or newer than that by its own timestamp, a delivery is a replay. */
const toleranceMs = 5 * 60_000;

/** Whether the sender knows the secret. `now` counts only where the sender signs a time. */
export const isSigned = (preset: HookPreset, secret: string, { headers, body }: Delivery, now: number): boolean => {
  switch (preset) {
    // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    case 'github':
      return isSame(one(headers, 'x-hub-signature-256'), `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
    // https://docs.gitlab.com/user/project/integrations/webhooks/
    case 'gitlab':
      return isSame(one(headers, 'x-gitlab-token'), secret);
    // `http_config.authorization` of Alertmanager
    case 'alertmanager':
      return isSame(one(headers, 'authorization'), `Bearer ${secret}`);
    // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    case 'standard-webhooks': {
      const id = one(headers, 'webhook-id');
      const timestamp = one(headers, 'webhook-timestamp');
      if (id === '' || !/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp) * 1_000) > toleranceMs) return false;
      const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
      const expected = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
      // Several while a secret is being replaced.
      return one(headers, 'webhook-signature')
        .split(' ')
        .some((given) => isSame(given, expected));
    }
  }
};

/** What the sender calls this delivery, also when it sends it again; null where it does not say. */
export const deliveryIdOf = (preset: HookPreset, { headers }: Delivery): string | null => {
  const name = { github: 'x-github-delivery', gitlab: 'x-gitlab-event-uuid', alertmanager: null, 'standard-webhooks': 'webhook-id' }[
    preset
  ];
  return name === null ? null : one(headers, name) || null;
};

/** What happened, in the sender's word. */
export const eventOf = (preset: HookPreset, { headers }: Delivery): string | null => {
  const name = { github: 'x-github-event', gitlab: 'x-gitlab-event', alertmanager: null, 'standard-webhooks': null }[preset];
  return name === null ? null : one(headers, name) || null;
};

const one = (headers: Delivery['headers'], name: string): string => {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
};

/** In a time that tells nothing of where they differ. */
const isSame = (given: string, expected: string): boolean => timingSafeEqual(sha256(given), sha256(expected));

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
