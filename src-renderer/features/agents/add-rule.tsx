import { Plus } from 'lucide-react';
import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoutingRule } from '../../../src-shared/contract/routing.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import type { KnownAgents } from './use-agents.ts';

type AddRuleProps = { readonly known: KnownAgents; readonly busy: boolean; readonly onAdd: (rule: RoutingRule) => Promise<boolean> };

/** A new rule, below all others. */
export const AddRule = ({ known, busy, onAdd }: AddRuleProps): ReactElement => {
  const { t } = useTranslation();
  const listId = useId();
  const [channel, setChannel] = useState('');
  const [sender, setSender] = useState('');
  const [agent, setAgent] = useState('main');
  const rule = {
    ...(channel.trim() === '' ? {} : { channel: channel.trim() }),
    ...(sender.trim() === '' ? {} : { sender: sender.trim() }),
    // One that was taken away meanwhile cannot be chosen any more.
    agent: known.ids.includes(agent) ? agent : 'main',
  };
  const complete = rule.channel !== undefined || rule.sender !== undefined;
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!complete || busy || !(await onAdd(rule))) return;
    setChannel('');
    setSender('');
  };
  return (
    <form onSubmit={(event) => void add(event)} className="flex flex-wrap items-end gap-3" aria-label={t('agents.rule.new')}>
      <TextField
        className="w-44"
        label={t('agents.rule.channel')}
        placeholder={t('agents.rule.anyChannel')}
        value={channel}
        maxLength={128}
        list={listId}
        onChange={(event) => setChannel(event.target.value)}
      />
      <datalist id={listId}>
        {known.channels.map((id) => (
          <option key={id} value={id} />
        ))}
      </datalist>
      <TextField
        className="w-44"
        label={t('agents.rule.sender')}
        placeholder={t('agents.rule.anyone')}
        value={sender}
        maxLength={256}
        onChange={(event) => setSender(event.target.value)}
      />
      <SelectField
        className="w-40"
        label={t('agents.rule.agent')}
        value={rule.agent}
        options={known.ids.map((id) => ({ value: id, label: id }))}
        onChoose={setAgent}
      />
      <Button type="submit" className="h-9" disabled={!complete || busy}>
        <Plus size={14} aria-hidden />
        {t('agents.rule.add')}
      </Button>
    </form>
  );
};
