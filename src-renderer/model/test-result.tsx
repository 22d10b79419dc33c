import { CircleCheck } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { isErrorCode } from '../../src-shared/error-codes.ts';
import { ErrorCard } from '../ui/error-card.tsx';
import { formatDuration } from '../ui/format.ts';
import type { RunningTest } from './use-model-test.ts';

/** The live answer of a model, or why there was none. */
export const TestResult = ({ test: { result, error } }: { readonly test: RunningTest }): ReactElement => {
  const { t, i18n } = useTranslation();
  const failure = result?.error;
  return (
    <div role="status" className="mt-3 empty:hidden">
      {error ? <ErrorCard error={error} /> : null}
      {failure ? <ErrorCard error={{ ...failure, code: isErrorCode(failure.code) ? failure.code : 'INTERNAL' }} /> : null}
      {result?.ok ? (
        <div className="flex gap-2.5 rounded-lg border border-ok/30 px-3 py-2 text-[13px]">
          <CircleCheck size={16} aria-hidden className="mt-0.5 shrink-0 text-ok" />
          <div className="min-w-0">
            <p className="font-medium">
              {t('settings.models.answered', { model: result.model, time: formatDuration(result.durationMs, i18n.language) })}
            </p>
            <p className="mt-0.5 break-words text-muted-foreground">{result.reply || t('settings.models.saidNothing')}</p>
          </div>
        </div>
      ) : null}
    </div>
  );
};
