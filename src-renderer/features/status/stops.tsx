import { OctagonPause } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Stop } from '../../../src-shared/contract/rest.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Popover } from '../../ui/popover.tsx';
import { showProblem } from '../../ui/toast.ts';

/** What an operator has stopped, each with a way to start it again. */
export const Stops = (): ReactElement | null => {
  const { t } = useTranslation();
  const { status } = useConsole();
  const stops = useStore(status, (state) => state.status?.stops);
  if (stops === undefined || stops.length === 0) return null;
  const label = stops.some(({ what }) => what === 'all') ? t('status.allStopped') : t('status.stopped', { count: stops.length });
  return (
    <Popover
      label={label}
      trigger={
        <button type="button" className="flex items-center gap-1.5 whitespace-nowrap rounded px-1 font-medium text-bad hover:bg-hover">
          <OctagonPause size={13} aria-hidden />
          {label}
        </button>
      }
    >
      <p className="text-muted-foreground">{t('status.stoppedMeans')}</p>
      <ul className="mt-3 flex flex-col gap-2">
        {stops.map((stop) => (
          <StopRow key={`${stop.what} ${stop.id}`} stop={stop} />
        ))}
      </ul>
    </Popover>
  );
};

const StopRow = ({ stop }: { readonly stop: Stop }): ReactElement => {
  const { t } = useTranslation();
  const { status } = useConsole();
  const { what, id, since } = stop;
  return (
    <li className="flex items-center gap-3">
      <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        {t(`status.stop.${what}`, { id: id ?? '' })}
        <span className="block text-muted-foreground text-xs tabular-nums">{new Date(since).toLocaleString()}</span>
      </span>
      <Button onClick={() => void status.release(stop).catch((error: unknown) => showProblem(ApiError.from(error).message))}>
        {t('status.startAgain')}
      </Button>
    </li>
  );
};
