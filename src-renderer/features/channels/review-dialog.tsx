import { type ReactElement, type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Plugin, PluginReview } from '../../../src-shared/contract/rest.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { useAction } from '../../ui/use-action.ts';
import { Hash } from './hash.tsx';
import { permissionWords } from './permission-words.ts';
import { usePluginWords } from './plugin-words.ts';

type ReviewDialogProps = {
  readonly review: PluginReview;
  readonly onClose: () => void;
  readonly onInstalled: (plugin: Plugin) => void;
};

/** Who it is and what it asks for, before anything is installed. */
export const ReviewDialog = ({ review, onClose, onInstalled }: ReviewDialogProps): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { busy, error, run } = useAction();
  const { plugin, sha256, replaces, tools } = review;
  const { name, description } = usePluginWords()(plugin);
  const install = (): void =>
    void run(async () => {
      const installed = await channels.install(review);
      if (installed) onInstalled(installed);
      return false;
    });
  return (
    <Dialog
      wide
      title={t(replaces ? 'channels.review.update' : 'channels.review.title', { name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button look="primary" disabled={busy} onClick={install}>
            {t('channels.review.install')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <div>
          <p className="font-medium">{t('channels.review.who', { name, id: plugin.id, version: plugin.version })}</p>
          {description === null ? null : <p className="text-muted-foreground">{description}</p>}
          {plugin.homepage === null ? null : <Homepage url={plugin.homepage} />}
        </div>
        <Part title={t('channels.review.may')}>
          <Permissions review={review} />
        </Part>
        {tools.length === 0 ? null : (
          <Part title={t('channels.review.tools')}>
            <ul className="list-disc pl-5">
              {tools.map(({ name, description }) => (
                <li key={name}>
                  <code className="font-mono text-[12px]">{name}</code> {description}
                </li>
              ))}
            </ul>
          </Part>
        )}
        <Part title={t('channels.review.holds')}>
          <Isolation isolation={review.isolation} />
        </Part>
        <Hash sha256={sha256} />
        <div role="alert" className="empty:hidden">
          {error ? <ErrorCard error={error} /> : null}
        </div>
      </div>
    </Dialog>
  );
};

const Part = ({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement => {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id} className="mb-1 font-medium">
        {title}
      </h3>
      {children}
    </section>
  );
};

const Homepage = ({ url }: { readonly url: string }): ReactElement => {
  const { openExternal } = useConsole();
  return (
    <button type="button" className="text-link underline [overflow-wrap:anywhere]" onClick={() => openExternal(url)}>
      {url}
    </button>
  );
};

/** What is new since the installed version stands out; what is no longer asked for is said too. */
const Permissions = ({ review: { plugin, replaces } }: { readonly review: PluginReview }): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const installed = useStore(channels, (state) => state.plugins?.find(({ id }) => id === plugin.id)?.permissions ?? null);
  const asked = permissionWords(plugin.permissions, t);
  const before = replaces && installed ? permissionWords(installed, t) : null;
  const gone = before?.filter((words) => !asked.includes(words)) ?? [];
  return (
    <>
      {asked.length === 0 ? <p>{t('channels.may.nothing')}</p> : null}
      <ul className="list-disc pl-5">
        {asked.map((words) => (
          <li key={words}>
            {words}
            {before?.includes(words) === false ? <strong className="ml-2 text-warn">{t('channels.review.new')}</strong> : null}
          </li>
        ))}
        {gone.map((words) => (
          <li key={words} className="text-muted-foreground">
            <s>{words}</s> {t('channels.review.gone')}
          </li>
        ))}
      </ul>
      {replaces ? (
        <p className="mt-1 text-muted-foreground">{t('channels.review.replaces', { before: replaces.version, version: plugin.version })}</p>
      ) : null}
    </>
  );
};

const holds = ['process', 'files', 'signals', 'network'] as const;

/** What is true on this computer, and no more than that. */
const Isolation = ({ isolation }: { readonly isolation: PluginReview['isolation'] }): ReactElement => {
  const { t } = useTranslation();
  return (
    <>
      <ul className="list-disc pl-5">
        {holds.map((what) => (
          <li key={what} className={isolation[what] ? undefined : 'text-warn'}>
            {t(`channels.holds.${what}.${isolation[what] ? 'yes' : 'no'}`)}
          </li>
        ))}
      </ul>
      <p className="mt-1 text-muted-foreground">{t('channels.holds.truth')}</p>
    </>
  );
};
