import { AppError } from '../../../src-shared/app-error.ts';
import type { Plugin } from '../../../src-shared/contract/routes/plugins.ts';
import { oneLine } from '../columns.ts';
import type { Step, Wizard } from './wizard.ts';

/** Of a plugin's JSON Schema, what a question is made of. */
type Property = { readonly type?: string; readonly enum?: readonly unknown[]; readonly default?: unknown };

const startMostMs = 30_000;
const lookMs = 200;

/** Ways for people to reach the agent, one after the other, as many as somebody wants. */
export const channelStep: Step = async (wizard) => {
  const { admin, ask, say } = wizard;
  for (let question = 'Let people reach the agent by a chat platform?'; ; question = 'Another channel?') {
    const { plugins } = (await admin.call('listPlugins', {})).body;
    const { channels } = (await admin.call('listChannels', {})).body;
    const on = new Set(channels.filter(({ enabled }) => enabled).map(({ id }) => id));
    const free = plugins.filter(({ id, kind, error }) => kind === 'channel' && error === null && !on.has(id));
    if (free.length === 0 || !(await ask.yes(question, false))) return;
    const plugin = await ask.choose(
      'Which one?',
      free.map((value) => ({ value, label: value.name, ...(value.description === null ? {} : { hint: value.description }) })),
    );
    while (!(await setUp(plugin, wizard)) && (await ask.yes('Fill it in again?', true)));
    say.info(`The rest of ${plugin.name} is in the console, on its Channels page.`);
  }
};

/** Resolves to whether it runs. */
const setUp = async (plugin: Plugin, wizard: Wizard): Promise<boolean> => {
  const { admin, say } = wizard;
  const { options, secrets } = await askForm(plugin, wizard);
  const started = wizard.busy('Starting it');
  try {
    await admin.call('patchChannel', { params: { id: plugin.id }, body: { enabled: true, options, secrets } });
    // Answers when it has begun anew, so that what is read next is not how it stood before.
    await admin.call('startChannel', { params: { id: plugin.id } });
    const { state, detail } = await settled(plugin.id, wizard);
    const words = `${plugin.name}: ${state}${detail === '' ? '' : `. ${oneLine(detail)}`}`;
    started(words);
    if (state === 'running')
      say.success(`Strangers are given a code there. Let them in: openclaw channels pair ${plugin.id} <code>, with --owner for yourself`);
    return state === 'running';
  } catch (thrown) {
    started('It does not run');
    say.error(oneLine(AppError.from(thrown).message));
    return false;
  }
};

type Form = { readonly options: Record<string, unknown>; readonly secrets: Record<string, string> };

/** What its schema asks for, with the author's words for where each is found. */
const askForm = async ({ configSchema, uiHints }: Plugin, { ask, say }: Wizard): Promise<Form> => {
  const { properties = {} } = (configSchema ?? {}) as { readonly properties?: Readonly<Record<string, Property>> };
  const form: Form = { options: {}, secrets: {} };
  for (const [name, property] of Object.entries(properties)) {
    const { label = name, help, placeholder, sensitive } = uiHints[name] ?? {};
    if (help !== undefined) say.info(help);
    if (sensitive) {
      const secret = await ask.hide(`${label} (goes into the keychain)`, () => undefined);
      if (secret?.trim()) form.secrets[name] = secret.trim();
    } else {
      const given = await askValue(property, label, placeholder, ask);
      if (given !== undefined && given !== property.default) form.options[name] = given;
    }
  }
  return form;
};

/** Simple values only: what is made of parts has its default, and is set in the console. @returns undefined where nothing was typed */
const askValue = async (property: Property, label: string, placeholder: string | undefined, ask: Wizard['ask']): Promise<unknown> => {
  const { type, default: usual } = property;
  if (property.enum)
    return ask.choose(
      label,
      property.enum.map((value) => ({ value, label: String(value) })),
    );
  if (type === 'boolean') return ask.yes(label, usual === true);
  if (type === 'array') {
    const words = (await ask.type(`${label} (several: with spaces between)`, {}))?.trim() ?? '';
    return words === '' ? undefined : words.split(/[\s,]+/);
  }
  if (type !== 'string' && type !== 'integer' && type !== 'number') return undefined;
  const typed = (
    await ask.type(label, {
      ...(usual === undefined ? {} : { initial: String(usual) }),
      ...(placeholder === undefined ? {} : { hint: placeholder }),
      problem: (text) => (type === 'string' || Number.isFinite(Number(text)) ? undefined : 'A number, please.'),
    })
  )?.trim();
  if (!typed) return undefined;
  return type === 'string' ? typed : Number(typed);
};

/** How it stands once it has started, or half a minute later. */
const settled = async (id: string, { admin }: Wizard): Promise<{ readonly state: string; readonly detail: string }> => {
  for (let waited = 0; ; waited += lookMs) {
    const channel = (await admin.call('listChannels', {})).body.channels.find((one) => one.id === id);
    if (!channel) return { state: 'not there', detail: '' };
    if (channel.state !== 'starting' || waited >= startMostMs) return channel;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
};
