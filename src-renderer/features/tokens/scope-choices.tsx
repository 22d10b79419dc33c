import { ShieldAlert } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { grants, riskyScopes, type Scope, scopeSchema } from '../../../src-shared/models/scope.ts';
import { CheckField } from '../../ui/field.tsx';

type ScopeChoicesProps = {
  /** What can be handed on at all. */
  readonly held: ReadonlySet<Scope>;
  readonly chosen: ReadonlySet<Scope>;
  readonly onChange: (chosen: ReadonlySet<Scope>) => void;
};

/** Every scope in plain words; those that give power over others are marked. */
export const ScopeChoices = ({ held, chosen, onChange }: ScopeChoicesProps): ReactElement => {
  const { t } = useTranslation();
  const toggle = (scope: Scope, on: boolean): void => {
    const next = new Set(chosen);
    if (on) next.add(scope);
    else next.delete(scope);
    onChange(next);
  };
  return (
    <fieldset className="min-w-0">
      <legend className="mb-2 font-medium">{t('tokens.new.scopes')}</legend>
      <div className="grid grid-cols-2 gap-x-4 gap-y-2.5">
        {scopeSchema.options.map((scope) => (
          <CheckField
            key={scope}
            label={t(`scope.${scope}`)}
            help={
              <span className="flex flex-wrap items-center gap-x-2">
                <code className="font-mono text-[11.5px]">{scope}</code>
                {riskyScopes.has(scope) ? (
                  <span className="flex items-center gap-1 text-warn">
                    <ShieldAlert size={12} aria-hidden />
                    {t('tokens.new.risky')}
                  </span>
                ) : null}
                {held.has(scope) ? null : <span>{t('tokens.new.notHeld')}</span>}
              </span>
            }
            checked={grants(chosen, scope)}
            disabled={!held.has(scope) || (scope !== 'admin' && chosen.has('admin'))}
            onChange={(on) => toggle(scope, on)}
          />
        ))}
      </div>
      <p role="status" className="mt-2 text-bad text-xs empty:hidden">
        {chosen.size === 0 ? t('tokens.new.noScope') : null}
      </p>
    </fieldset>
  );
};
