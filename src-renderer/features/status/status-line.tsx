import { TriangleAlert } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { useModel } from '../../model/use-model.ts';
import { cx } from '../../ui/class-names.ts';
import { Popover } from '../../ui/popover.tsx';
import { Stops } from './stops.tsx';

export const StatusLine = (): ReactElement => {
  const { t } = useTranslation();
  const { status } = useConsole();
  const version = useStore(status, (state) => state.status?.version);
  return (
    <section
      aria-label={t('status.label')}
      className="flex h-7 shrink-0 items-center gap-4 border-t bg-sidebar px-3 text-muted-foreground text-xs"
    >
      <Connection />
      <span className="ml-auto" />
      <Stops />
      <Notices />
      <Model />
      {version === undefined ? null : <span className="tabular-nums">{t('status.version', { version })}</span>}
    </section>
  );
};

const phases = { connecting: 'status.connecting', online: 'status.online', offline: 'status.offline' } as const;

const dots = { ok: 'bg-ok', warn: 'bg-warn', bad: 'bg-bad', none: 'bg-muted-foreground' } as const;

const Dot = ({ tone }: { readonly tone: keyof typeof dots }): ReactElement => (
  <span aria-hidden className={cx('size-1.5 shrink-0 rounded-full', dots[tone])} />
);

const Connection = (): ReactElement => {
  const { t } = useTranslation();
  const { connection, reconnectNow } = useConsole();
  const { phase, retryAt } = useStore(connection);
  const seconds = useSecondsUntil(retryAt);
  return (
    <div className="flex min-w-0 items-center gap-1.5">
      <Dot tone={phase === 'online' ? 'ok' : phase === 'offline' ? 'bad' : 'warn'} />
      <span role="status" className={cx('truncate', phase === 'offline' && 'text-foreground')}>
        {t(phases[phase])}
      </span>
      {phase === 'offline' ? (
        <>
          <span className="truncate tabular-nums">· {t('status.retryIn', { seconds })}</span>
          <button
            type="button"
            onClick={reconnectNow}
            className="ml-1 whitespace-nowrap font-medium text-link underline underline-offset-2"
          >
            {t('status.retryNow')}
          </button>
        </>
      ) : null}
    </div>
  );
};

const useSecondsUntil = (time: number | null): number => {
  const { now } = useConsole();
  const [, tick] = useState(0);
  useEffect(() => {
    if (time === null) return undefined;
    const timer = setInterval(() => tick((count) => count + 1), 500);
    return () => clearInterval(timer);
  }, [time]);
  return time === null ? 0 : Math.max(0, Math.ceil((time - now()) / 1_000));
};

const Model = (): ReactElement | null => {
  const { t } = useTranslation();
  const { status } = useConsole();
  const known = useStore(status, (state) => state.status !== null);
  const { model, health } = useModel();
  if (!known || model === null) return null;
  const state = health?.state ?? 'unknown';
  const offline = health?.provider === 'offline';
  return (
    <span className="flex min-w-0 items-center gap-1.5" title={health?.detail}>
      <Dot tone={state === 'failing' ? 'bad' : offline ? 'warn' : state === 'ok' ? 'ok' : 'none'} />
      <span className="max-w-48 truncate">{model}</span>
      <span className={cx('whitespace-nowrap', state === 'failing' && 'text-bad')}>· {t(`status.model.${state}`)}</span>
    </span>
  );
};

/** What the gateway warns of: each in its own words, which say what to do. */
const Notices = (): ReactElement | null => {
  const { t } = useTranslation();
  const { status } = useConsole();
  const known = useStore(status, (state) => state.status);
  const notices = [
    ...(known?.secrets?.warning ? [{ title: t('status.secrets'), text: known.secrets.warning }] : []),
    ...(known?.warnings ?? []).map((text) => ({ title: t('status.warning'), text })),
  ];
  if (notices.length === 0) return null;
  const label = t('status.warnings', { count: notices.length });
  return (
    <Popover
      label={label}
      trigger={
        <button type="button" className="flex items-center gap-1.5 whitespace-nowrap rounded px-1 text-warn hover:bg-hover">
          <TriangleAlert size={13} aria-hidden />
          {label}
        </button>
      }
    >
      <ul className="flex flex-col gap-3">
        {notices.map(({ title, text }) => (
          <li key={text}>
            <p className="font-semibold">{title}</p>
            <p className="mt-0.5 text-muted-foreground [overflow-wrap:anywhere]">{text}</p>
          </li>
        ))}
      </ul>
    </Popover>
  );
};
