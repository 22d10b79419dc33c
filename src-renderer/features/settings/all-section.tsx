import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { cx } from '../../ui/class-names.ts';
import { ErrorCard } from '../../ui/error-card.tsx';
import { FileEditor } from './file-editor.tsx';
import { SchemaForm } from './schema-form.tsx';
import { SectionHead } from './section-head.tsx';
import type { ConfigView } from './settings-store.ts';

const panes = ['form', 'file'] as const;

/** The form and the file side by side; one of them at a time where there is no room. */
export const AllSection = ({ view }: { readonly view: ConfigView }): ReactElement => {
  const { t } = useTranslation();
  const [pane, setPane] = useState<(typeof panes)[number]>(view.problems.length > 0 ? 'file' : 'form');
  return (
    <section className="flex min-h-0 flex-1 flex-col gap-4">
      <SectionHead title={t('settings.section.all')} text={t('settings.all.text')}>
        <fieldset className="flex shrink-0 rounded-lg border bg-background p-0.5 xl:hidden">
          <legend className="sr-only">{t('settings.all.view')}</legend>
          {panes.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === pane}
              onClick={() => setPane(one)}
              className={cx(
                'h-6.5 rounded-md px-2.5 text-[13px] transition-colors',
                one === pane ? 'bg-hover font-medium' : 'text-muted-foreground',
              )}
            >
              {t(`settings.all.${one}`)}
            </button>
          ))}
        </fieldset>
      </SectionHead>
      <div className="grid min-h-0 flex-1 gap-6 xl:grid-cols-2">
        <div className={cx('min-w-0', pane !== 'form' && 'max-xl:hidden')}>
          <Form view={view} />
        </div>
        <div className={cx('min-w-0', pane !== 'file' && 'max-xl:hidden')}>
          <FileEditor view={view} />
        </div>
      </div>
    </section>
  );
};

const Form = ({ view }: { readonly view: ConfigView }): ReactElement | null => {
  const { t } = useTranslation();
  const { settings } = useConsole();
  const [schema, setSchema] = useState<unknown>(null);
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => {
    let current = true;
    settings.schema().then(
      (got) => current && setSchema(got),
      (thrown: unknown) => current && setError(ApiError.from(thrown)),
    );
    return () => {
      current = false;
    };
  }, [settings]);
  if (error) return <ErrorCard error={error} title={t('settings.failed')} />;
  return schema === null ? (
    <div aria-hidden className="shimmer h-40 rounded-xl bg-muted" />
  ) : (
    <SchemaForm schema={schema} values={view.values} />
  );
};
