import type { InboundMessage } from '../../packages/plugin-sdk/src/index.ts';
import type { ChannelConfig } from '../../src-shared/contract/channel-config.ts';
import type { PeerStatus } from '../../src-shared/contract/routes/channels.ts';
import type { Clock } from '../gateway-ports.ts';
import { createTokenBucket, type TokenBucket } from './host/token-bucket.ts';

export const defaultRateLimit = 20;
const remembered = 1_000;

type Rules = Pick<ChannelConfig, 'senders' | 'groups' | 'rateLimit'>;

/**
 * What becomes of a message: `take` it, `ask` its sender for pairing, `drop` it in silence, or `limited`: say that it was
 * too much, once for each time that it gets too much.
 */
export type Verdict = 'take' | 'ask' | 'drop' | 'limited';

/** Whom a channel listens to, by its entry. @param status what is known of the sender */
export const createAdmit = (
  { senders = 'ask', groups = 'mention', rateLimit = defaultRateLimit }: Rules,
  clock: Pick<Clock, 'monotonic'>,
): ((message: InboundMessage, status: PeerStatus | null) => Verdict) => {
  const people = new Map<string, { readonly bucket: TokenBucket; told: boolean }>();

  const paceOf = (id: string): 'take' | 'drop' | 'limited' => {
    const person = people.get(id) ?? { bucket: createTokenBucket(clock, rateLimit / 60, rateLimit), told: false };
    people.delete(id);
    people.set(id, person);
    const oldest = people.keys().next().value;
    if (people.size > remembered && oldest !== undefined) people.delete(oldest);
    if (person.bucket.left() >= 1) {
      person.bucket.take();
      // Not with each message that just fits again.
      if (person.bucket.left() >= rateLimit / 2) person.told = false;
      return 'take';
    }
    if (person.told) return 'drop';
    person.told = true;
    return 'limited';
  };

  return (message, status) => {
    // Two programs that answer each other would talk for ever.
    if (message.from.isBot) return 'drop';
    if (!speaksToUs(message, groups) || status === 'blocked') return 'drop';
    const isKnown = status === 'allowed' || status === 'owner';
    if (!isKnown && senders === 'listed') return 'drop';
    const pace = paceOf(message.from.id);
    if (isKnown || senders === 'anyone') return pace;
    // A stranger is told nothing but the code.
    return pace === 'take' ? 'ask' : 'drop';
  };
};

const speaksToUs = ({ chatType = 'direct', mentionsMe = false }: InboundMessage, groups: NonNullable<Rules['groups']>): boolean =>
  chatType === 'direct' || groups === 'all' || (groups === 'mention' && mentionsMe);
