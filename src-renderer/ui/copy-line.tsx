import type { ReactElement } from 'react';
import { CopyButton } from './copy-button.tsx';

type CopyLineProps = { readonly label: string; readonly text: string; readonly copy: string };

/** An address or a secret below what it is, to be copied. */
export const CopyLine = ({ label, text, copy }: CopyLineProps): ReactElement => (
  <section className="mt-4">
    <p className="font-medium">{label}</p>
    <div className="mt-1.5 flex items-center gap-1 rounded-lg bg-muted py-1 pr-1 pl-3">
      <code className="min-w-0 flex-1 font-mono text-[12px] [overflow-wrap:anywhere]">{text}</code>
      <CopyButton text={text} label={copy} />
    </div>
  </section>
);
