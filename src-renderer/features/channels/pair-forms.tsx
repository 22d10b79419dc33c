import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { CheckField, TextField } from '../../ui/field.tsx';
import { showDone } from '../../ui/toast.ts';
import { useAction } from '../../ui/use-action.ts';

/** As the gateway makes them. */
const codeExample = 'ABCD-2345';

/** The code that a stranger was given, entered by whoever knows them. */
export const PairForm = ({ channelId }: { readonly channelId: string }): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { busy, error, run } = useAction();
  const [code, setCode] = useState('');
  const [owner, setOwner] = useState(false);
  const pair = (event: FormEvent): void => {
    event.preventDefault();
    if (code.trim() === '' || busy) return;
    void run(async () => {
      const peer = await channels.pair(channelId, code.trim(), owner);
      // They were asked for the PIN, and went back.
      if (peer === null) return false;
      setCode('');
      setOwner(false);
      showDone(t('channels.people.paired', { name: peer.name ?? peer.id }));
      return false;
    });
  };
  return (
    <form onSubmit={pair} className="flex flex-col gap-2.5 rounded-xl border px-4 py-3.5">
      <div className="flex items-start gap-2">
        <TextField
          className="flex-1 [&_input]:font-mono"
          label={t('channels.people.code')}
          help={t('channels.people.codeHelp')}
          placeholder={codeExample}
          maxLength={64}
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
        <Button type="submit" look="primary" className="mt-6.5 h-9" disabled={busy || code.trim() === ''}>
          {t('channels.people.letIn')}
        </Button>
      </div>
      <CheckField label={t('channels.people.asOwner')} checked={owner} onChange={setOwner} />
      {error ? <ErrorCard error={error} /> : null}
    </form>
  );
};

/** Somebody of whom one knows how the platform calls them, before they have written. */
export const AddPersonForm = ({ channelId }: { readonly channelId: string }): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { busy, error, run } = useAction();
  const [id, setId] = useState('');
  const set = (status: 'allowed' | 'blocked'): void => {
    if (id.trim() === '' || busy) return;
    void run(async () => {
      await channels.setPeer(channelId, id.trim(), status);
      setId('');
      return false;
    });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        set('allowed');
      }}
      className="flex flex-col gap-2"
    >
      <div className="flex items-start gap-2">
        <TextField
          className="flex-1"
          label={t('channels.people.add')}
          help={t('channels.people.addHelp')}
          maxLength={512}
          value={id}
          onChange={(event) => setId(event.target.value)}
        />
        <Button type="submit" className="mt-6.5 h-9" disabled={busy || id.trim() === ''}>
          {t('channels.people.allow')}
        </Button>
        <Button className="mt-6.5 h-9" disabled={busy || id.trim() === ''} onClick={() => set('blocked')}>
          {t('channels.people.block')}
        </Button>
      </div>
      {error ? <ErrorCard error={error} /> : null}
    </form>
  );
};
