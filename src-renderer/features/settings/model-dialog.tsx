import { FlaskConical } from 'lucide-react';
import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelConfig } from '../../../src-shared/contract/config.ts';
import { useConsole } from '../../console-context.ts';
import { TestResult } from '../../model/test-result.tsx';
import { useModelTest } from '../../model/use-model-test.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { entryOf, formOf, type ModelForm, modelNames, patchFor, problemsOf, withProvider } from './model-form.ts';
import type { Discovered } from './settings-store.ts';
import { useProviderName } from './use-provider-name.ts';
import { useSave } from './use-save.ts';

type ModelDialogProps = {
  /** null: a new one, with `model` as the suggestion. */
  readonly id: string | null;
  readonly model: ModelConfig;
  readonly taken: readonly string[];
  readonly found: Discovered | null;
  readonly onClose: () => void;
};

export const ModelDialog = ({ id, model, taken, found, onClose }: ModelDialogProps): ReactElement => {
  const { t } = useTranslation();
  const { settings } = useConsole();
  const formId = useId();
  const isNew = id === null;
  const before = isNew ? { provider: model.provider } : model;
  const [form, setForm] = useState(() => formOf(id, model, taken));
  const { busy, error, save } = useSave();
  const test = useModelTest();
  const providerName = useProviderName(found);
  const problems = problemsOf(form, taken, isNew);
  const entry = entryOf(form, before);
  const key = form.key.trim() === '' ? null : form.key.trim();

  const change = (next: ModelForm): void => {
    setForm(next);
    test.forget();
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (problems.size > 0 || busy) return;
    const saved = await save(async () => {
      if (key !== null && entry.keyRef !== undefined) await settings.setKey(entry.keyRef, key);
      return settings.patch(patchFor(form.id, entry, before));
    });
    if (saved) onClose();
  };

  return (
    <Dialog
      wide
      title={isNew ? t('settings.models.add') : t('settings.models.edit', { id })}
      onClose={onClose}
      actions={
        <>
          <Button className="mr-auto" disabled={problems.size > 0 || test.busy} onClick={() => void test.run(entry, key)}>
            <FlaskConical size={14} aria-hidden />
            {t(test.busy ? 'settings.models.testing' : 'settings.models.test')}
          </Button>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button look="primary" type="submit" form={formId} disabled={problems.size > 0 || busy}>
            {t('settings.save')}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={(event) => void submit(event)} className="grid grid-cols-2 items-start gap-x-4 gap-y-5">
        <SelectField
          label={t('settings.models.provider')}
          value={form.provider}
          options={[
            ...(found?.providers.map(({ provider }) => provider) ?? [form.provider].filter((one) => one !== 'offline')),
            'offline' as const,
          ].map((value) => ({ value, label: providerName(value) }))}
          onChoose={(provider) => change(withProvider(form, provider, found, taken, isNew))}
        />
        <TextField
          label={t('settings.models.name')}
          help={t('settings.models.nameHelp')}
          problem={problems.has('idTaken') ? t('settings.models.nameTaken') : problems.has('id') ? t('settings.models.nameBad') : null}
          value={form.id}
          maxLength={64}
          disabled={!isNew}
          onChange={(event) => change({ ...form, id: event.target.value })}
        />
        {form.provider === 'offline' ? null : <ConnectionFields form={form} before={before} found={found} onChange={change} />}
        <div role="alert" className="col-span-2 empty:hidden">
          {error ? <ErrorCard error={error} /> : null}
        </div>
      </form>
      <TestResult test={test} />
    </Dialog>
  );
};

type ConnectionFieldsProps = {
  readonly form: ModelForm;
  readonly before: ModelConfig;
  readonly found: Discovered | null;
  readonly onChange: (form: ModelForm) => void;
};

const ConnectionFields = ({ form, before, found, onChange }: ConnectionFieldsProps): ReactElement => {
  const { t } = useTranslation();
  const listId = useId();
  const preset = found?.providers.find(({ provider }) => provider === form.provider);
  const variable = found?.keys.find(({ provider }) => provider === form.provider)?.variable;
  const problems = problemsOf(form, [], false);
  const keyHelp =
    before.keyRef !== undefined
      ? t('settings.models.keyKept', { name: before.keyRef })
      : variable !== undefined && form.baseUrl.trim() === ''
        ? t('settings.models.keyInEnv', { variable })
        : t(preset?.needsKey ? 'settings.models.keyNeeded' : 'settings.models.keyOptional');
  return (
    <>
      <TextField
        label={t('settings.models.baseUrl')}
        help={t(preset?.baseUrl ? 'settings.models.baseUrlPreset' : 'settings.models.baseUrlHelp')}
        problem={problems.has('baseUrl') ? t('settings.models.baseUrlBad') : null}
        value={form.baseUrl}
        placeholder={preset?.baseUrl ?? 'http://127.0.0.1:8080/v1'}
        onChange={(event) => onChange({ ...form, baseUrl: event.target.value })}
      />
      <div className="min-w-0">
        <TextField
          label={t('settings.models.model')}
          help={t('settings.models.modelHelp')}
          value={form.model}
          maxLength={256}
          list={listId}
          onChange={(event) => onChange({ ...form, model: event.target.value })}
        />
        <datalist id={listId}>
          {modelNames(form, found).map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </div>
      <TextField
        className="col-span-2"
        type="password"
        label={t('settings.models.key')}
        help={keyHelp}
        problem={problems.has('key') ? t('settings.models.keyShort') : null}
        value={form.key}
        maxLength={4096}
        onChange={(event) => onChange({ ...form, key: event.target.value })}
      />
    </>
  );
};
