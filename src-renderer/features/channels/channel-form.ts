import type { ChannelConfig } from '../../../src-shared/contract/channel-config.ts';
import { groupsOf, patchAt, type SchemaField, typedValue } from '../../schema-form/schema-fields.ts';
import type { ChannelPatch } from './channels-store.ts';
import type { PluginForm } from './plugin-form.ts';

/** What is typed into the settings of a channel. */
export type ChannelForm = {
  /** By path, joined with dots; lines as text. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly agent: string;
  readonly session: 'sender' | 'chat' | 'thread';
  readonly senders: 'ask' | 'anyone' | 'listed';
  readonly groups: 'mention' | 'all' | 'off';
  readonly rateLimit: string;
  readonly quiet: boolean;
  readonly from: string;
  readonly to: string;
  readonly timezone: string;
};

export const formOf = (entry: ChannelConfig): ChannelForm => ({
  options: {},
  secrets: {},
  agent: entry.agent ?? 'main',
  session: entry.session ?? 'chat',
  senders: entry.senders ?? 'ask',
  groups: entry.groups ?? 'mention',
  rateLimit: String(entry.rateLimit ?? 20),
  quiet: entry.quietHours !== undefined,
  from: entry.quietHours?.from ?? '22:00',
  to: entry.quietHours?.to ?? '07:00',
  timezone: entry.quietHours?.timezone ?? '',
});

export type PluginField = SchemaField & { readonly secret: boolean };

/** What the plugin asks for, in the order of its schema. */
export const fieldsOf = ({ configSchema, uiHints }: PluginForm, entry: ChannelConfig): readonly PluginField[] =>
  groupsOf(configSchema, entry.options ?? {})
    .flatMap(({ fields }) => fields)
    .map((field) => ({ ...field, secret: field.path.length === 1 && uiHints[field.path[0] ?? '']?.sensitive === true }));

/** What is typed into it, else what the configuration says. */
export const shownValue = (field: PluginField, { options }: ChannelForm): unknown => {
  const name = field.path.join('.');
  return Object.hasOwn(options, name) ? options[name] : field.value;
};

/** @param kept names of the secrets that the keychain has already */
export const isComplete = (fields: readonly PluginField[], form: ChannelForm, kept: readonly string[]): boolean =>
  fields.every((field) => {
    if (!field.required) return true;
    const name = field.path.join('.');
    if (field.secret) return kept.includes(name) || (form.secrets[name] ?? '') !== '';
    const value = shownValue(field, form);
    return value !== undefined && value !== null && value !== '';
  }) && isNumberWithin(form.rateLimit);

const isNumberWithin = (text: string): boolean => /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 10_000;

/** What the form says otherwise than the entry. */
export const patchOf = (form: ChannelForm, entry: ChannelConfig, fields: readonly PluginField[]): ChannelPatch => {
  const before = formOf(entry);
  const secrets = Object.fromEntries(Object.entries(form.secrets).filter(([, value]) => value !== ''));
  const changed = <K extends 'agent' | 'session' | 'senders' | 'groups'>(key: K): Partial<Pick<ChannelForm, K>> =>
    form[key] === before[key] ? {} : ({ [key]: form[key] } as Pick<ChannelForm, K>);
  const quiet = form.quiet
    ? { from: form.from, to: form.to, ...(form.timezone.trim() === '' ? {} : { timezone: form.timezone.trim() }) }
    : null;
  return {
    ...(Object.keys(form.options).length === 0 ? {} : { options: optionsOf(form, fields) }),
    ...(Object.keys(secrets).length === 0 ? {} : { secrets }),
    ...changed('agent'),
    ...changed('session'),
    ...changed('senders'),
    ...changed('groups'),
    ...(form.rateLimit === before.rateLimit ? {} : { rateLimit: Number(form.rateLimit) }),
    ...(JSON.stringify(quiet) === JSON.stringify(entry.quietHours ?? null) ? {} : { quietHours: quiet }),
  };
};

/** A merge patch: what the form does not show stays as it is, and null takes a key away. */
const optionsOf = ({ options }: ChannelForm, fields: readonly PluginField[]): Record<string, unknown> =>
  fields
    .filter(({ path }) => Object.hasOwn(options, path.join('.')))
    .map((field) => {
      const typed = options[field.path.join('.')];
      return patchAt(field.path, typeof typed === 'string' ? typedValue(field, typed) : typed);
    })
    .reduce(merge, {});

const merge = (a: Record<string, unknown>, b: Record<string, unknown>): Record<string, unknown> => ({
  ...a,
  ...Object.fromEntries(Object.entries(b).map(([key, value]) => [key, isObject(a[key]) && isObject(value) ? merge(a[key], value) : value])),
});

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
