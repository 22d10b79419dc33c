import { Search } from 'lucide-react';
import { type ReactElement, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { groupsOf, type SchemaField } from '../../schema-form/schema-fields.ts';
import { SchemaControl } from './schema-control.tsx';
import { useConfigHelp } from './use-config-help.ts';

type SchemaFormProps = { readonly schema: unknown; readonly values: unknown };

/** Every key that a form can show, made from the gateway's own schema. */
export const SchemaForm = ({ schema, values }: SchemaFormProps): ReactElement => {
  const { t } = useTranslation();
  const helpFor = useConfigHelp();
  const [query, setQuery] = useState('');
  const groups = useMemo(() => groupsOf(schema, values), [schema, values]);
  const wanted = query.trim().toLowerCase();
  const passes = (field: SchemaField): boolean => `${field.path.join('.')} ${helpFor(field)}`.toLowerCase().includes(wanted);
  const found = groups.map(({ title, fields }) => ({ title, fields: fields.filter(passes) })).filter(({ fields }) => fields.length > 0);
  return (
    <div className="flex flex-col gap-5">
      <div className="relative">
        <Search size={15} className="absolute top-2.5 left-2.5 text-muted-foreground" aria-hidden />
        <input
          type="text"
          value={query}
          spellCheck={false}
          aria-label={t('settings.all.search')}
          placeholder={t('settings.all.search')}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setQuery('')}
          className="h-9 w-full rounded-lg border border-input bg-background pr-3 pl-8 text-[13px] placeholder:text-muted-foreground focus-visible:outline-offset-0"
        />
      </div>
      {found.length === 0 ? (
        <p className="text-[13px] text-muted-foreground">{t('settings.all.noMatch', { query: query.trim() })}</p>
      ) : null}
      {found.map(({ title, fields }) => (
        <section key={title} className="flex flex-col gap-4">
          <h3 className="border-b pb-1.5 font-mono font-semibold text-[13px]">{title}</h3>
          {fields.map((field) => (
            <SchemaControl key={field.path.join('.')} field={field} help={helpFor(field)} />
          ))}
        </section>
      ))}
    </div>
  );
};
