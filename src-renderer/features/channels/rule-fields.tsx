import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { CheckField, SelectField, TextField } from '../../ui/field.tsx';
import type { ChannelForm } from './channel-form.ts';

type RuleFieldsProps = { readonly form: ChannelForm; readonly onChange: (changes: Partial<ChannelForm>) => void };

const choices = {
  senders: ['ask', 'listed', 'anyone'],
  groups: ['mention', 'all', 'off'],
  session: ['chat', 'sender', 'thread'],
} as const;

/** Who answers, whom, and when. */
export const RuleFields = ({ form, onChange }: RuleFieldsProps): ReactElement => {
  const { t } = useTranslation();
  const { agents } = useConsole();
  const known = useStore(agents, (state) => state.agents).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <SelectField
        label={t('channels.rule.agent')}
        value={form.agent}
        options={known.some(({ value }) => value === form.agent) ? known : [...known, { value: form.agent, label: form.agent }]}
        onChoose={(agent) => onChange({ agent })}
      />
      <SelectField
        label={t('channels.rule.senders')}
        help={t(`channels.rule.senders.${form.senders}Help`)}
        value={form.senders}
        options={choices.senders.map((value) => ({ value, label: t(`channels.rule.senders.${value}`) }))}
        onChoose={(senders) => onChange({ senders })}
      />
      <SelectField
        label={t('channels.rule.groups')}
        value={form.groups}
        options={choices.groups.map((value) => ({ value, label: t(`channels.rule.groups.${value}`) }))}
        onChoose={(groups) => onChange({ groups })}
      />
      <SelectField
        label={t('channels.rule.session')}
        value={form.session}
        options={choices.session.map((value) => ({ value, label: t(`channels.rule.session.${value}`) }))}
        onChoose={(session) => onChange({ session })}
      />
      <TextField
        label={t('channels.rule.rateLimit')}
        type="number"
        min={1}
        max={10_000}
        value={form.rateLimit}
        onChange={(event) => onChange({ rateLimit: event.target.value })}
      />
      <div className="flex flex-col gap-3 sm:col-span-2">
        <CheckField
          label={t('channels.rule.quiet')}
          help={t('channels.rule.quietHelp')}
          checked={form.quiet}
          onChange={(quiet) => onChange({ quiet })}
        />
        {form.quiet ? (
          <div className="grid gap-4 sm:grid-cols-3">
            <TextField
              label={t('channels.rule.from')}
              type="time"
              value={form.from}
              onChange={({ target }) => onChange({ from: target.value })}
            />
            <TextField
              label={t('channels.rule.to')}
              type="time"
              value={form.to}
              onChange={({ target }) => onChange({ to: target.value })}
            />
            <TextField
              label={t('channels.rule.timezone')}
              placeholder={Intl.DateTimeFormat().resolvedOptions().timeZone}
              maxLength={64}
              value={form.timezone}
              onChange={(event) => onChange({ timezone: event.target.value })}
            />
          </div>
        ) : null}
      </div>
    </div>
  );
};
