import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { defaultScopes, type Scope } from '../../../src-shared/models/scope.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { isLifetime, type Lifetime, lifetimes } from './lifetimes.ts';
import { ScopeChoices } from './scope-choices.tsx';
import type { ShownToken } from './tokens-store.ts';
import { useHeldScopes } from './use-held-scopes.ts';

type NewTokenDialogProps = { readonly onClose: () => void; readonly onCreated: (shown: ShownToken) => void };

export const NewTokenDialog = ({ onClose, onCreated }: NewTokenDialogProps): ReactElement => {
  const { t } = useTranslation();
  const { tokens } = useConsole();
  const form = useId();
  const held = useHeldScopes();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<'bearer' | 'api-key'>('bearer');
  const [scopes, setScopes] = useState<ReadonlySet<Scope>>(() => new Set(defaultScopes.filter((scope) => held.has(scope))));
  const [lifetime, setLifetime] = useState<Lifetime | 'custom'>('30d');
  const [custom, setCustom] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const expiresIn = lifetime === 'custom' ? custom.trim() : lifetime;
  const complete = name.trim() !== '' && isLifetime(expiresIn) && (kind === 'api-key' || scopes.size > 0);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!complete || busy) return;
    setBusy(true);
    setError(null);
    try {
      const shown = await tokens.create({ name: name.trim(), kind, scopes: kind === 'api-key' ? ['messages'] : [...scopes], expiresIn });
      if (shown !== null) return onCreated(shown);
    } catch (thrown) {
      setError(ApiError.from(thrown));
    }
    setBusy(false);
  };

  return (
    <Dialog
      wide
      title={t('tokens.new')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button look="primary" type="submit" form={form} disabled={!complete || busy}>
            {t(busy ? 'tokens.new.creating' : 'tokens.new.create')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)} className="flex flex-col gap-5">
        <div className="grid grid-cols-2 items-start gap-x-4 gap-y-5">
          <TextField
            label={t('tokens.new.name')}
            help={t('tokens.new.nameHelp')}
            value={name}
            maxLength={128}
            autoFocus
            onChange={(event) => setName(event.target.value)}
          />
          <SelectField
            label={t('tokens.new.kind')}
            help={t(kind === 'bearer' ? 'tokens.new.bearerHelp' : 'tokens.new.apiKeyHelp')}
            value={kind}
            options={[
              { value: 'bearer', label: t('tokens.kind.bearer') },
              { value: 'api-key', label: t('tokens.kind.api-key') },
            ]}
            onChoose={setKind}
          />
          <SelectField
            label={t('tokens.new.expires')}
            value={lifetime}
            options={[
              ...lifetimes.map((value) => ({ value, label: t(`tokens.lifetime.${value}`) })),
              { value: 'custom', label: t('tokens.new.custom') },
            ]}
            onChoose={setLifetime}
          />
          {lifetime === 'custom' ? (
            <TextField
              label={t('tokens.new.customLabel')}
              help={t('tokens.new.customHelp')}
              problem={custom === '' || isLifetime(expiresIn) ? null : t('tokens.new.customHelp')}
              value={custom}
              maxLength={16}
              onChange={(event) => setCustom(event.target.value)}
            />
          ) : null}
        </div>
        {kind === 'bearer' ? <ScopeChoices held={held} chosen={scopes} onChange={setScopes} /> : null}
        <div role="alert" className="empty:hidden">
          {error ? <ErrorCard error={error} /> : null}
        </div>
      </form>
    </Dialog>
  );
};
