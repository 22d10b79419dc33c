import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChannelConfig } from '../../../src-shared/contract/channel-config.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { ErrorCard } from '../../ui/error-card.tsx';
import { useAction } from '../../ui/use-action.ts';
import { type ChannelForm, fieldsOf, formOf, isComplete, patchOf } from './channel-form.ts';
import type { ChannelPatch } from './channels-store.ts';
import { PluginFields } from './plugin-fields.tsx';
import type { PluginForm } from './plugin-form.ts';
import { RuleFields } from './rule-fields.tsx';

type ChannelFormViewProps = {
  readonly channelId: string;
  /** Null where the plugin is not there to say what it wants. */
  readonly plugin: PluginForm | null;
  readonly entry: ChannelConfig;
  /** Names of what the keychain has. */
  readonly kept: readonly string[];
  readonly submitLabel: string;
  readonly inDialog?: boolean;
  /** What is to be changed besides. */
  readonly more?: ChannelPatch;
  /** Nothing can be typed until it has ended. */
  readonly onSaved: () => void | Promise<void>;
};

/** What a channel is told, and how it behaves. */
export const ChannelFormView = (props: ChannelFormViewProps): ReactElement => {
  const { channelId, plugin, entry, kept, submitLabel, inDialog = false, more = {}, onSaved } = props;
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { busy, error, run } = useAction();
  const heading = useId();
  const [form, setForm] = useState<ChannelForm>(() => formOf(entry));
  const change = (changes: Partial<ChannelForm>): void => setForm((before) => ({ ...before, ...changes }));
  const fields = plugin ? fieldsOf(plugin, entry) : [];
  const complete = isComplete(fields, form, kept);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!complete || busy) return;
    await run(async () => {
      const saved = await channels.patch(channelId, { ...patchOf(form, entry, fields), ...more });
      if (saved) await onSaved();
      return saved;
    });
  };
  return (
    <form onSubmit={(event) => void save(event)} className={cx('flex flex-col gap-6', !inDialog && 'max-w-2xl')}>
      <fieldset disabled={busy} className="contents">
        {plugin ? (
          <PluginFields plugin={plugin} fields={fields} form={form} kept={kept} onChange={change} />
        ) : (
          <p className="text-[13px] text-muted-foreground">{t('channels.form.noPlugin')}</p>
        )}
        {plugin?.kind === 'tools' ? null : (
          <section aria-labelledby={heading} className="flex flex-col gap-4">
            <h2 id={heading} className="border-b pb-1.5 font-semibold text-[13px]">
              {t('channels.form.rules')}
            </h2>
            <RuleFields form={form} onChange={change} />
          </section>
        )}
      </fieldset>
      <div role="alert" className="empty:hidden">
        {error ? <ErrorCard error={error} /> : null}
      </div>
      <div
        className={cx(
          'sticky flex border-t py-3',
          inDialog ? '-bottom-4 -mx-5 -mb-4 justify-end bg-popover px-5' : '-bottom-4 bg-background',
        )}
      >
        <Button look="primary" type="submit" disabled={busy || !complete}>
          {submitLabel}
        </Button>
      </div>
    </form>
  );
};
