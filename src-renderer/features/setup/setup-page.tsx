import { Check } from 'lucide-react';
import { type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { PageFrame } from '../../ui/page-frame.tsx';
import { ModelStep } from './model-step.tsx';
import { PinStep } from './pin-step.tsx';
import { TokenStep } from './token-step.tsx';

const steps = ['model', 'pin', 'token'] as const;
type Step = (typeof steps)[number];

/** From nothing to a first answer: model, PIN, token. Each step can be skipped, and all of them at once. */
export const SetupPage = (): ReactElement => {
  const { t } = useTranslation();
  const { firstRun, navigation } = useConsole();
  const [step, setStep] = useState<Step>('model');
  const finish = (): void => {
    firstRun.over();
    navigation.go('chat');
  };
  return (
    <PageFrame title={t('setup.title')} actions={step === 'token' ? null : <Button onClick={finish}>{t('setup.skip')}</Button>}>
      <div className="mx-auto flex w-full max-w-2xl flex-col gap-6 px-5 py-6 text-[13px]">
        <Steps step={step} />
        <StepFrame key={step} title={t(`setup.step.${step}`)}>
          {step === 'model' ? <ModelStep onDone={() => setStep('pin')} /> : null}
          {step === 'pin' ? <PinStep onBack={() => setStep('model')} onDone={() => setStep('token')} /> : null}
          {step === 'token' ? <TokenStep onBack={() => setStep('pin')} onDone={finish} /> : null}
        </StepFrame>
      </div>
    </PageFrame>
  );
};

const Steps = ({ step }: { readonly step: Step }): ReactElement => {
  const { t } = useTranslation();
  const at = steps.indexOf(step);
  return (
    <ol aria-label={t('setup.steps')} className="flex items-center gap-2">
      {steps.map((one, index) => (
        <li key={one} aria-current={one === step ? 'step' : undefined} className="flex items-center gap-2">
          {index === 0 ? null : <span aria-hidden className="h-px w-8 bg-border" />}
          <span
            aria-hidden
            className={cx(
              'flex size-6 items-center justify-center rounded-full font-medium text-xs tabular-nums',
              index <= at ? 'bg-accent text-on-accent' : 'bg-muted text-muted-foreground',
            )}
          >
            {index < at ? <Check size={13} /> : index + 1}
          </span>
          <span className={one === step ? 'font-medium' : 'text-muted-foreground'}>{t(`setup.step.${one}`)}</span>
        </li>
      ))}
    </ol>
  );
};

/** Takes the focus when it comes, so that who cannot see it hears of it. */
const StepFrame = ({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement => {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="flex flex-col gap-4">
      <h2 ref={heading} tabIndex={-1} className="font-semibold text-lg outline-none">
        {title}
      </h2>
      {children}
    </section>
  );
};
