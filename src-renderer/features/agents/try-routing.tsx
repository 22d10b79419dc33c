import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { routeTo, ruleFor } from '../../../src-shared/contract/routing.ts';
import { TextField } from '../../ui/field.tsx';
import type { KnownAgents } from './use-agents.ts';

/** Which agent would answer, by the very function that the gateway asks. */
export const TryRouting = ({ known }: { readonly known: KnownAgents }): ReactElement => {
  const { t } = useTranslation();
  const [channel, setChannel] = useState('api');
  const [sender, setSender] = useState('');
  const origin = { channel: channel.trim(), sender: sender.trim() === '' ? undefined : sender.trim() };
  const rule = ruleFor(known.config.routing, origin, known.ids);
  const agent = routeTo(known.config, origin);
  const why =
    rule >= 0 ? t('agents.try.byRule', { place: rule + 1 }) : agent === null ? t('agents.try.byDefault') : t('agents.try.byChannel');
  return (
    <div className="flex flex-wrap items-end gap-3 rounded-xl border bg-card px-4 py-3">
      <TextField
        className="w-44"
        label={t('agents.try.channel')}
        value={channel}
        maxLength={128}
        onChange={(event) => setChannel(event.target.value)}
      />
      <TextField
        className="w-44"
        label={t('agents.try.sender')}
        placeholder={t('agents.rule.anyone')}
        value={sender}
        maxLength={256}
        onChange={(event) => setSender(event.target.value)}
      />
      <p role="status" className="min-w-40 flex-1 pb-2 text-[13px]">
        {t('agents.try.answers')} <span className="font-medium font-mono text-xs">{agent ?? 'main'}</span>{' '}
        <span className="text-muted-foreground">{why}</span>
      </p>
    </div>
  );
};
