import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { defaultScopes } from '../../../src-shared/models/scope.ts';
import { mask, snippets } from '../../../src-shared/snippets.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { TokenTest } from '../../snippets/token-test.tsx';
import { Button } from '../../ui/button.tsx';
import { CodeBlock } from '../../ui/code-block.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { TextField } from '../../ui/field.tsx';
import { codeHighlighter } from '../../ui/highlight.ts';
import { StepActions } from './step-actions.tsx';

type TokenStepProps = { readonly onBack: () => void; readonly onDone: () => void };

/** A token, and a program that uses it. */
export const TokenStep = ({ onBack, onDone }: TokenStepProps): ReactElement => {
  const { t } = useTranslation();
  const { tokens } = useConsole();
  const form = useId();
  const [name, setName] = useState<string>(() => t('setup.token.defaultName'));
  const [secret, setSecret] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || name.trim() === '') return;
    setBusy(true);
    setError(null);
    try {
      const made = await tokens.create({ name: name.trim(), kind: 'bearer', scopes: defaultScopes, expiresIn: '30d' });
      if (made !== null) setSecret(made.secret);
    } catch (thrown) {
      setError(ApiError.from(thrown));
    }
    setBusy(false);
  };
  if (secret !== null)
    return (
      <>
        <Use secret={secret} />
        <StepActions>
          <Button look="primary" onClick={onDone}>
            {t('setup.finish')}
          </Button>
        </StepActions>
      </>
    );
  return (
    <>
      <p className="text-muted-foreground">{t('setup.token.text')}</p>
      <form id={form} onSubmit={(event) => void create(event)}>
        <TextField label={t('setup.token.name')} value={name} maxLength={128} onChange={(event) => setName(event.target.value)} />
      </form>
      <div role="alert" className="empty:hidden">
        {error ? <ErrorCard error={error} title={t('setup.token.failed')} /> : null}
      </div>
      <StepActions onBack={onBack}>
        <Button onClick={onDone}>{t('setup.token.without')}</Button>
        <Button look="primary" type="submit" form={form} disabled={busy || name.trim() === ''}>
          {t(busy ? 'setup.busy' : 'setup.token.create')}
        </Button>
      </StepActions>
    </>
  );
};

const [curl] = snippets.bearer;

const Use = ({ secret }: { readonly secret: string }): ReactElement => {
  const { t } = useTranslation();
  const { baseUrl } = useConsole();
  return (
    <>
      <div>
        <p role="status">{t('setup.token.made')}</p>
        {curl ? (
          <CodeBlock
            language={curl.language}
            code={curl.code({ baseUrl, secret: mask(secret) }).trimEnd()}
            copied={curl.code({ baseUrl, secret })}
            highlighter={codeHighlighter}
          />
        ) : null}
        <p className="text-muted-foreground text-xs">
          {t('setup.token.hidden')} {t('setup.token.later')}
        </p>
      </div>
      <TokenTest secret={secret} />
    </>
  );
};
