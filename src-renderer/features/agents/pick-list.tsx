import { type ReactElement, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { CheckField } from '../../ui/field.tsx';

export type PickGroup = {
  /** Empty: without a heading. */
  readonly title: string;
  readonly options: readonly { readonly value: string; readonly label: string; readonly help: string }[];
};

type PickListProps = {
  readonly label: string;
  readonly allLabel: string;
  /** null: all of them, also those to come. */
  readonly chosen: readonly string[] | null;
  readonly groups: readonly PickGroup[];
  readonly problem?: string | null;
  readonly onChoose: (chosen: readonly string[] | null) => void;
};

/** Everything, or just these. */
export const PickList = ({ label, allLabel, chosen, groups, problem, onChoose }: PickListProps): ReactElement => {
  const { t } = useTranslation();
  const name = useId();
  const offered = new Set(groups.flatMap(({ options }) => options.map(({ value }) => value)));
  const gone = (chosen ?? []).filter((value) => !offered.has(value));
  const all: readonly PickGroup[] =
    gone.length === 0
      ? groups
      : [
          ...groups,
          { title: t('agents.pick.gone'), options: gone.map((value) => ({ value, label: value, help: t('agents.pick.goneHelp') })) },
        ];
  const choices = [
    { isAll: true, text: allLabel },
    { isAll: false, text: t('agents.pick.only') },
  ];
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1.5 font-medium text-[13px]">{label}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-1">
        {choices.map(({ isAll, text }) => (
          <label key={text} className="flex items-center gap-2 text-[13px]">
            <input
              type="radio"
              name={name}
              checked={(chosen === null) === isAll}
              onChange={() => onChoose(isAll ? null : [])}
              className="size-4 accent-(--accent)"
            />
            {text}
          </label>
        ))}
      </div>
      {chosen === null ? null : (
        <div className="flex max-h-64 flex-col gap-3 overflow-y-auto rounded-lg border px-3 py-2.5">
          {all.map(({ title, options }) => (
            <section key={title} aria-label={title || label} className="flex flex-col gap-2">
              {title === '' ? null : <h3 className="text-muted-foreground text-xs">{title}</h3>}
              {options.map((option) => (
                <CheckField
                  key={option.value}
                  label={option.label}
                  help={option.help}
                  checked={chosen.includes(option.value)}
                  onChange={(on) => onChoose(on ? [...chosen, option.value] : chosen.filter((value) => value !== option.value))}
                />
              ))}
            </section>
          ))}
          {all.every(({ options }) => options.length === 0) ? (
            <p className="text-muted-foreground text-xs">{t('agents.pick.none')}</p>
          ) : null}
        </div>
      )}
      {problem ? <p className="text-bad text-xs">{problem}</p> : null}
    </fieldset>
  );
};
