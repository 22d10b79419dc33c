import { type ReactElement, type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { type ModelChoice, problemOf } from '../../../src-shared/model-choice.ts';
import { cx } from '../../ui/class-names.ts';
import { SelectField, TextField } from '../../ui/field.tsx';
import type { Discovered } from '../settings/settings-store.ts';

type ModelChoicesProps = {
  readonly found: Discovered;
  readonly choices: readonly ModelChoice[];
  readonly at: number;
  readonly onChoose: (index: number) => void;
  /** Of the chosen one. */
  readonly onChange: (choice: ModelChoice) => void;
};

export const ModelChoices = ({ found, choices, at, onChoose, onChange }: ModelChoicesProps): ReactElement => {
  const { t } = useTranslation();
  const group = useId();
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="sr-only">{t('setup.model.choices')}</legend>
      {choices.map((choice, index) => (
        <ChoiceCard
          // biome-ignore lint/suspicious/noArrayIndexKey: the choices stay in their places
          key={index}
          group={group}
          chosen={index === at}
          onChoose={() => onChoose(index)}
          {...wordsOf(choice, t)}
        >
          {index === at ? <ChoiceFields found={found} choice={choice} onChange={onChange} /> : null}
        </ChoiceCard>
      ))}
    </fieldset>
  );
};

const wordsOf = (choice: ModelChoice, t: ReturnType<typeof useTranslation>['t']): { readonly title: string; readonly text: string } => {
  switch (choice.kind) {
    case 'server':
      return { title: choice.name, text: t('setup.model.onThisComputer', { address: choice.baseUrl }) };
    case 'variable':
      return { title: choice.name, text: t('setup.model.keyIn', { variable: choice.variable }) };
    case 'provider':
      return { title: t('setup.model.provider'), text: t('setup.model.providerText') };
    case 'offline':
      return { title: t('setup.model.offline'), text: t('setup.model.offlineText') };
  }
};

type ChoiceCardProps = {
  readonly group: string;
  readonly title: string;
  readonly text: string;
  readonly chosen: boolean;
  readonly onChoose: () => void;
  readonly children: ReactNode;
};

const ChoiceCard = ({ group, title, text, chosen, onChoose, children }: ChoiceCardProps): ReactElement => {
  const id = useId();
  return (
    <div className={cx('rounded-xl border', chosen ? 'border-link' : 'border-border')}>
      <label htmlFor={id} className="flex items-start gap-3 px-4 py-3">
        <input
          id={id}
          type="radio"
          name={group}
          checked={chosen}
          onChange={onChoose}
          aria-describedby={`${id}-text`}
          className="mt-[3px] size-4 shrink-0 accent-(--accent)"
        />
        <span className="min-w-0">
          <span className="block font-medium">{title}</span>
          <span id={`${id}-text`} className="block text-muted-foreground text-xs">
            {text}
          </span>
        </span>
      </label>
      {children ? <div className="grid grid-cols-2 items-start gap-x-4 gap-y-4 px-4 pb-4 pl-11 empty:hidden">{children}</div> : null}
    </div>
  );
};

type ChoiceFieldsProps = {
  readonly found: Discovered;
  readonly choice: ModelChoice;
  readonly onChange: (choice: ModelChoice) => void;
};

const ChoiceFields = ({ found, choice, onChange }: ChoiceFieldsProps): ReactElement | null => {
  const { t } = useTranslation();
  if (choice.kind === 'offline') return null;
  if (choice.kind === 'server')
    return (
      <SelectField
        className="col-span-2"
        label={t('setup.model.which')}
        value={choice.model}
        options={choice.models.map((value) => ({ value, label: value }))}
        onChoose={(model) => onChange({ ...choice, model })}
      />
    );
  const model = (
    <TextField
      className={choice.kind === 'variable' ? 'col-span-2' : ''}
      label={t('setup.model.which')}
      help={t('setup.model.whichHelp')}
      value={choice.model}
      maxLength={256}
      onChange={(event) => onChange({ ...choice, model: event.target.value })}
    />
  );
  if (choice.kind === 'variable') return model;
  const problem = problemOf(choice, found);
  const needsKey = found.providers.find(({ provider }) => provider === choice.provider)?.needsKey === true;
  return (
    <>
      <SelectField
        label={t('setup.model.whose')}
        value={choice.provider}
        options={found.providers.map(({ provider, name }) => ({
          value: provider,
          label: provider === 'openai-compatible' ? t('setup.model.compatible') : name,
        }))}
        onChoose={(provider) =>
          onChange({ ...choice, provider, model: found.providers.find((one) => one.provider === provider)?.model ?? '' })
        }
      />
      {model}
      {choice.provider === 'openai-compatible' ? (
        <TextField
          className="col-span-2"
          label={t('setup.model.address')}
          help={t('setup.model.addressHelp')}
          problem={problem === 'address' ? t('setup.model.addressBad') : null}
          value={choice.baseUrl}
          maxLength={2_048}
          inputMode="url"
          onChange={(event) => onChange({ ...choice, baseUrl: event.target.value })}
        />
      ) : null}
      <TextField
        className="col-span-2"
        type="password"
        label={t('setup.model.key')}
        help={t(needsKey ? 'setup.model.keyHelp' : 'setup.model.keyOptional')}
        problem={problem === 'key' ? t('setup.model.keyShort') : null}
        value={choice.key}
        maxLength={4_096}
        onChange={(event) => onChange({ ...choice, key: event.target.value })}
      />
    </>
  );
};
