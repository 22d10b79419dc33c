import { AppError } from '../../src-shared/app-error.ts';
import type { RouteInput } from '../../src-shared/contract/rest.ts';
import type { HookRoutes } from '../tasks/hooks.ts';
import type { ChannelService } from './channel-service.ts';

const atOnceMost = 16;

type Input = RouteInput<'receiveHook' | 'challengeHook'>;
type Info = Parameters<HookRoutes['receiveHook']>[1] & Parameters<HookRoutes['challengeHook']>[1];
type Raw = {
  readonly raw: {
    readonly type: string;
    readonly body: string;
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
  };
};
/** As the tasks answer it, or as a plugin does. */
type Door<Id extends keyof HookRoutes> = (input: RouteInput<Id>, info: Info) => Promise<Awaited<ReturnType<HookRoutes[Id]>> | Raw>;

type DoorPorts = { readonly tasks: HookRoutes; readonly channels: Pick<ChannelService, 'running'> };

/** One path for both: what a platform sends to a channel goes to its plugin as it came, all else to the tasks. */
export const createHookDoor = ({ tasks, channels }: DoorPorts): { readonly [Id in keyof HookRoutes]: Door<Id> } => {
  /** By channel: nobody has shown a credential yet. */
  const underWay = new Map<string, number>();

  const ask = async (channel: string, method: 'GET' | 'POST', body: Uint8Array, { headers, rawQuery }: Info): Promise<Raw> => {
    const { plugin } = channelFor(channel);
    const busy = underWay.get(channel) ?? 0;
    if (busy >= atOnceMost) throw new AppError('QUEUE_FULL', { message: 'This webhook has too many requests under way.' });
    underWay.set(channel, busy + 1);
    try {
      const answer = await plugin.request({ method, query: rawQuery, headers: requestHeaders(headers), body });
      const { type, others } = answerHeaders(answer.headers ?? {});
      return { raw: { type, body: answer.body ?? '', status: answer.status ?? 200, headers: { ...others, ...asData } } };
    } catch (cause) {
      throw new AppError('CHANNEL_FAILED', { cause });
    } finally {
      const left = (underWay.get(channel) ?? 1) - 1;
      if (left === 0) underWay.delete(channel);
      else underWay.set(channel, left);
    }
  };

  /** Whether there is such a channel is told no more than whether there is such a task. */
  const channelFor = (channel: string): ReturnType<ChannelService['running']> => {
    try {
      return channels.running(channel);
    } catch (thrown) {
      throw AppError.from(thrown).code === 'CHANNEL_UNKNOWN' ? new AppError('HOOK_REFUSED') : new AppError('CHANNEL_OFF');
    }
  };

  const isTask = ({ params }: Pick<Input, 'params'>): boolean => params.id.startsWith('tsk_');
  return {
    receiveHook: (input, info) => (isTask(input) ? tasks.receiveHook(input, info) : ask(input.params.id, 'POST', input.body, info)),
    challengeHook: (input, info) =>
      isTask(input) ? tasks.challengeHook(input, info) : ask(input.params.id, 'GET', new Uint8Array(), info),
  };
};

/** Never a page of this origin, whatever the plugin calls it. */
const asData = { 'Content-Security-Policy': "sandbox; default-src 'none'; frame-ancestors 'none'" } as const;

const requestHeaders = (headers: Info['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      // The console's are none of a plugin's business.
      value === undefined || name === 'cookie' ? [] : [[name, typeof value === 'string' ? value : value.join(', ')]],
    ),
  );

const passed =
  /^(cache-control|content-language|etag|retry-after|x-(?!content-type-options$|frame-options$|trace-id$|request-id$|accel-|sendfile|lighttpd-)[a-z0-9-]+)$/;

/** What programs read. A script or a style sheet would be one of this origin, which its own pages may load. */
const isData = (type: string): boolean =>
  /^(text\/(plain|xml|html)|application\/([\w.-]+\+)?(json|xml)|application\/x-www-form-urlencoded)\s*(;|$)/i.test(type);

/** What says how to read the answer; nothing that speaks for this origin. */
const answerHeaders = (headers: Readonly<Record<string, string>>): { readonly type: string; readonly others: Record<string, string> } => {
  const given = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([, value]) => /^[\t\x20-\x7e]*$/.test(value));
  const type = given.find(([name]) => name === 'content-type')?.[1] ?? '';
  return {
    type: isData(type) ? type : 'text/plain; charset=utf-8',
    others: Object.fromEntries(given.filter(([name]) => passed.test(name))),
  };
};
