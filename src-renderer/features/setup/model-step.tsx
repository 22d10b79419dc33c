import { FlaskConical, LoaderCircle, RotateCcw } from 'lucide-react';
import { type ReactElement, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { choicesOf, patchFor, planOf, problemOf } from '../../../src-shared/model-choice.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { TestResult } from '../../model/test-result.tsx';
import { useModelTest } from '../../model/use-model-test.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import type { Discovered } from '../settings/settings-store.ts';
import { ModelChoices } from './model-choices.tsx';
import { StepActions } from './step-actions.tsx';

/** Finds out what there is, then lets one choose. */
export const ModelStep = ({ onDone }: { readonly onDone: () => void }): ReactElement => {
  const { t } = useTranslation();
  const { settings } = useConsole();
  const [found, setFound] = useState<Discovered | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const look = useCallback(async (): Promise<void> => {
    setError(null);
    try {
      setFound(await settings.discover());
    } catch (thrown) {
      setError(ApiError.from(thrown));
    }
  }, [settings]);
  useEffect(() => void look(), [look]);

  return (
    <>
      <p className="text-muted-foreground">{t('setup.model.text')}</p>
      {found ? <Choose found={found} onDone={onDone} /> : error ? null : <Looking />}
      {error ? (
        <div role="alert">
          <ErrorCard error={error} title={t('setup.model.failed')}>
            <Button onClick={() => void look()}>
              <RotateCcw size={14} aria-hidden />
              {t('turn.retry')}
            </Button>
            <Button onClick={onDone}>{t('setup.next')}</Button>
          </ErrorCard>
        </div>
      ) : null}
    </>
  );
};

const Choose = ({ found, onDone }: { readonly found: Discovered; readonly onDone: () => void }): ReactElement => {
  const { t } = useTranslation();
  const { settings } = useConsole();
  const [choices, setChoices] = useState(() => choicesOf(found));
  const [at, setAt] = useState(0);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const test = useModelTest();
  const end = useRef<HTMLDivElement>(null);
  const ended = test.result ?? test.error ?? error;
  // In a low window it would come where nobody looks.
  useEffect(() => {
    if (ended !== null) end.current?.scrollIntoView({ block: 'end' });
  }, [ended]);
  const choice = choices[at];
  const plan = choice && choice.kind !== 'offline' ? planOf(choice) : null;
  const usable = choice !== undefined && problemOf(choice, found) === null && !test.busy && !saving;
  const forget = (): void => {
    test.forget();
    setError(null);
  };
  const save = async (): Promise<void> => {
    if (plan === null) return onDone();
    setSaving(true);
    forget();
    try {
      const before = settings.getState().view?.known.models[plan.id];
      if (plan.key !== null) await settings.setKey(plan.id, plan.key);
      if (await settings.patch(patchFor(plan, before))) return onDone();
    } catch (thrown) {
      setError(ApiError.from(thrown));
    }
    setSaving(false);
  };

  return (
    <>
      <ModelChoices
        found={found}
        choices={choices}
        at={at}
        onChoose={(index) => {
          setAt(index);
          forget();
        }}
        onChange={(changed) => {
          setChoices(choices.map((one, index) => (index === at ? changed : one)));
          forget();
        }}
      />
      <div>
        <TestResult test={test} />
        <div role="alert" className="empty:hidden">
          {error ? <ErrorCard error={error} title={t('setup.model.notSaved')} /> : null}
        </div>
      </div>
      <StepActions>
        {plan === null ? null : (
          <Button disabled={!usable} onClick={() => void test.run(plan.entry, plan.key)}>
            {test.busy ? <LoaderCircle size={14} className="spin" aria-hidden /> : <FlaskConical size={14} aria-hidden />}
            {t(test.busy ? 'settings.models.testing' : 'settings.models.test')}
          </Button>
        )}
        <Button look="primary" disabled={!usable} onClick={() => void save()}>
          {t(saving ? 'setup.busy' : plan === null ? 'setup.next' : 'setup.model.save')}
        </Button>
      </StepActions>
      <div ref={end} />
    </>
  );
};

const Looking = (): ReactElement => {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('setup.model.looking')} className="shimmer flex flex-col gap-2">
      <p className="text-muted-foreground">{t('setup.model.looking')}…</p>
      {['a', 'b', 'c'].map((row) => (
        <div key={row} aria-hidden className="h-16 rounded-xl bg-muted" />
      ))}
    </div>
  );
};
