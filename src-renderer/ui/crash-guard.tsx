import { Component, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { NoticeCard } from './notice-card.tsx';

/** A fault in a part never leaves a white page. React has no function form of this. */
export class CrashGuard extends Component<{ readonly children: ReactNode }, { readonly fault: unknown }> {
  override state: { readonly fault: unknown } = { fault: null };

  static getDerivedStateFromError(fault: unknown): { readonly fault: unknown } {
    return { fault: fault ?? 'unknown' };
  }

  override render(): ReactNode {
    return this.state.fault === null ? this.props.children : <Crashed fault={this.state.fault} />;
  }
}

const Crashed = ({ fault }: { readonly fault: unknown }): ReactElement => {
  const { t } = useTranslation();
  return (
    <main className="mx-auto max-w-xl px-6 pt-20">
      <NoticeCard
        role="alert"
        tone="bad"
        title={t('app.crashed')}
        details={[t('app.crashedHint'), fault instanceof Error ? fault.message : null]}
      >
        <Button onClick={() => location.reload()}>{t('app.reload')}</Button>
      </NoticeCard>
    </main>
  );
};
