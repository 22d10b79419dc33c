import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { SkillReview } from '../../../src-shared/contract/routes/skills.ts';
import { formatCount } from '../../ui/format.ts';
import { runs } from './runs.ts';

/** What would be installed: what it brings, what it needs, what it is, and what it changes. */
export const ReviewView = ({ review }: { readonly review: SkillReview }): ReactElement => {
  const { t, i18n } = useTranslation();
  const needs = [...review.requires.bins, ...review.requires.env];
  return (
    <section aria-label={review.name} className="flex flex-col gap-2 rounded-xl border px-4 py-3 text-[13px]">
      <h3 className="font-medium text-[14px]">
        {review.name} <code className="font-mono text-[12px] text-muted-foreground">@{review.slug}</code>
      </h3>
      {review.description === '' ? null : <p className="line-clamp-4 text-muted-foreground">{review.description}</p>}
      {review.replaces ? <p className="text-warn">{t('skills.link.replaces')}</p> : null}
      <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1">
        <Fact name={t('skills.tools')}>
          {review.tools.length === 0
            ? t('skills.link.none')
            : review.tools.map((tool) => (
                <span key={tool.name} className="block">
                  <code className="font-mono text-[12px]">{tool.name}</code>{' '}
                  {tool.run === null ? t('skills.link.unbound') : <code className="font-mono text-[12px]">{runs(tool.run)}</code>}
                </span>
              ))}
        </Fact>
        <Fact name={t('skills.link.needs')}>
          {needs.length === 0 ? t('skills.link.none') : needs.join(', ')}
          {review.missing === null ? null : <span className="block text-warn">{review.missing}</span>}
        </Fact>
        <Fact name={t('skills.link.size')}>
          {t('skills.link.files', { count: review.fileCount, bytes: formatCount(review.bytes, i18n.language) })}
        </Fact>
        <Fact name="SHA-256">
          <code className="break-all font-mono text-[11px]">{review.sha256}</code>
        </Fact>
      </dl>
      {review.diff === null ? null : <p className="font-medium">{t('skills.link.diff')}</p>}
      {review.diff === null ? null : (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          className="max-h-56 overflow-auto whitespace-pre-wrap break-words rounded-md bg-muted px-2.5 py-2 font-mono text-[12px]"
        >
          {review.diff === '' ? t('skills.link.same') : review.diff}
        </pre>
      )}
    </section>
  );
};

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement => (
  <>
    <dt className="text-muted-foreground">{name}</dt>
    <dd className="min-w-0 break-words">{children}</dd>
  </>
);
