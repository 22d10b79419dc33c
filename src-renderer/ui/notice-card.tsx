import { CircleAlert, TriangleAlert } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './class-names.ts';

type NoticeCardProps = {
  readonly tone: 'bad' | 'warn';
  readonly title: string;
  /** What happened, then what to do. */
  readonly details?: readonly (string | null | undefined)[];
  /** Buttons that do it. */
  readonly children?: ReactNode;
  readonly role?: 'alert';
};

export const NoticeCard = ({ tone, title, details = [], children, role }: NoticeCardProps): ReactElement => {
  const Icon = tone === 'bad' ? CircleAlert : TriangleAlert;
  return (
    <div
      role={role}
      className={cx(
        'flex gap-3 rounded-xl border px-4 py-3 text-[13px]',
        tone === 'bad' ? 'border-bad/30 bg-bad-soft' : 'border-warn/30 bg-warn-soft',
      )}
    >
      <Icon size={16} className={cx('mt-0.5 shrink-0', tone === 'bad' ? 'text-bad' : 'text-warn')} aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{title}</p>
        {details
          .filter((detail) => detail)
          .map((detail) => (
            <p key={detail} className="mt-0.5 break-words text-muted-foreground">
              {detail}
            </p>
          ))}
        {children ? <div className="mt-2.5 flex flex-wrap gap-2">{children}</div> : null}
      </div>
    </div>
  );
};
