import { FlaskConical, Pencil, Trash2 } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelConfig } from '../../../src-shared/contract/config.ts';
import { TestResult } from '../../model/test-result.tsx';
import { useModelTest } from '../../model/use-model-test.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';

type Health = { readonly state: 'unknown' | 'ok' | 'failing'; readonly detail: string };

type ModelCardProps = {
  readonly id: string;
  readonly model: ModelConfig;
  /** For people. */
  readonly provider: string;
  /** Agents that name none use it. */
  readonly isDefault: boolean;
  readonly health: Health | null;
  /** Agents that name it. */
  readonly agents: readonly string[];
  readonly onEdit: () => void;
  readonly onRemove: () => void;
};

export const ModelCard = ({ id, model, provider, isDefault, health, agents, onEdit, onRemove }: ModelCardProps): ReactElement => {
  const { t, i18n } = useTranslation();
  const test = useModelTest();
  const use = [...(isDefault ? [t('settings.models.default')] : []), ...agents];
  return (
    <li className="rounded-xl border bg-card px-4 py-3">
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <h3 className="truncate font-medium text-[13px]">{id}</h3>
            {health ? <HealthBadge health={health} /> : null}
          </div>
          <p className="mt-0.5 truncate text-[13px] text-muted-foreground">
            {[provider, model.model, model.baseUrl, model.keyRef && t('settings.models.key.stored', { name: model.keyRef })]
              .filter(Boolean)
              .join(' · ')}
          </p>
          {use.length > 0 ? (
            <p className="mt-0.5 text-muted-foreground text-xs">
              {t('settings.models.usedBy', { agents: new Intl.ListFormat(i18n.language).format(use) })}
            </p>
          ) : null}
        </div>
        <Button disabled={test.busy} aria-label={t('settings.models.testNamed', { id })} onClick={() => void test.run(model, null)}>
          <FlaskConical size={14} aria-hidden />
          {t(test.busy ? 'settings.models.testing' : 'settings.models.test')}
        </Button>
        <IconButton label={t('settings.models.edit', { id })} onClick={onEdit}>
          <Pencil size={15} />
        </IconButton>
        <IconButton label={t('settings.models.remove', { id })} onClick={onRemove}>
          <Trash2 size={15} />
        </IconButton>
      </div>
      <TestResult test={test} />
    </li>
  );
};

const HealthBadge = ({ health }: { readonly health: Health }): ReactElement => {
  const { t } = useTranslation();
  const colour = { ok: 'text-ok', failing: 'text-bad', unknown: 'text-muted-foreground' }[health.state];
  return (
    <span title={health.detail} className={cx('inline-flex items-center gap-1.5 text-xs', colour)}>
      <span aria-hidden className="size-1.5 rounded-full bg-current" />
      {t(`settings.models.health.${health.state}`)}
    </span>
  );
};
