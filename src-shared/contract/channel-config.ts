import * as z from 'zod';
import { agentIdSchema } from '../models/ids.ts';
import { pluginIdSchema } from '../models/plugin-manifest.ts';

/** Of sessions that are none of a plugin's: they would be taken for each other. */
const taken: readonly string[] = ['api', 'console', 'cli', 'batch', 'task', 'delegate', 'mcp', 'openai'];

export const channelIdSchema = pluginIdSchema.refine((id) => !taken.includes(id), `${taken.join(', ')} are the gateway's own`);

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day is like 22:30');

const isTimezone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** Of an entry of `channels` in config.json, besides `enabled`. */
export const channelFields = {
  plugin: pluginIdSchema
    .optional()
    .describe('the id of the plugin behind it; default the same as its own, so that one plugin can serve two bots'),
  agent: agentIdSchema.optional().describe('who answers; default main'),
  options: z
    .record(z.string().min(1).max(64), z.unknown())
    .optional()
    .describe('what the plugin itself is told; what it calls sensitive goes to the keychain instead'),
  session: z
    .enum(['sender', 'chat', 'thread'])
    .optional()
    .describe('who shares a conversation with the agent: each person alone, each chat (default), or each thread of a chat'),
  senders: z
    .enum(['ask', 'anyone', 'listed'])
    .optional()
    .describe(
      'who is answered: ask (default) gives strangers a pairing code that the owner has to enter; listed lets in only whom the owner has let in, in silence; anyone is just that',
    ),
  groups: z.enum(['mention', 'all', 'off']).optional().describe('in groups: answer what speaks to it (default), everything, or nothing'),
  rateLimit: z.int().min(1).max(10_000).optional().describe('messages a minute that one person may send; default 20'),
  quietHours: z
    .strictObject({
      from: timeOfDay.describe('what comes in from then on is kept, and answered afterwards'),
      to: timeOfDay,
      timezone: z
        .string()
        .max(64)
        .refine(isTimezone, 'not a time zone, as Europe/Berlin is one')
        .optional()
        .describe('as Europe/Berlin; default that of this computer'),
    })
    .optional(),
};

export const channelConfigSchema = z.strictObject({
  enabled: z.boolean().default(false),
  ...channelFields,
});
export type ChannelConfig = z.output<typeof channelConfigSchema>;
