import { Blocks, Link, Plus } from 'lucide-react';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Skill } from '../../../src-shared/contract/rest.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { DropZone } from '../../ui/drop-zone.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { LoadFailure } from '../../ui/load-failure.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { showDone, showProblem } from '../../ui/toast.ts';
import { useNow } from '../../ui/use-now.ts';
import { BindDialog } from './bind-dialog.tsx';
import { FileDialog } from './file-dialog.tsx';
import { LinkDialog } from './link-dialog.tsx';
import { SkillCard } from './skill-card.tsx';
import type { Installed } from './skills-store.ts';

/** Files come and go by themselves; while one looks, it is looked again. */
const refreshMs = 2_000;
const undoMs = 10_000;

export const SkillsPage = (): ReactElement => {
  const { t } = useTranslation();
  const { skills, now, draft, navigation } = useConsole();
  const { skills: all, loading, error } = useStore(skills);
  const [binding, setBinding] = useState<{ readonly skill: Skill; readonly tool: Skill['tools'][number] } | null>(null);
  const [linking, setLinking] = useState(false);
  /** To be looked at, one after the other. */
  const [[file, ...others], setFiles] = useState<readonly File[]>([]);
  const picker = useRef<HTMLInputElement>(null);
  const time = useNow(now, refreshMs);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each tick of the clock asks again
  useEffect(() => {
    if (!document.hidden) void skills.load();
  }, [skills, time]);

  const say = (thrown: unknown): void => {
    const failed = ApiError.from(thrown);
    showProblem(failed.code === 'ARCHIVE_REFUSED' ? failed.message : t(`error.${failed.code}`));
  };
  const done = ({ skill, replaced }: Installed): void =>
    showDone(t(replaced ? 'skills.replaced' : 'skills.installed', { name: skill.name }), replaced ? undo(skill) : undefined);
  const undo = ({ slug }: Skill) => ({
    ...{ id: `skill-${slug}`, label: t('skills.undo'), forMs: undoMs },
    act: () => void skills.restore(slug).catch(say),
  });
  const remove = async (skill: Skill): Promise<void> => {
    try {
      await skills.remove(skill.slug);
      showDone(t('skills.removed', { name: skill.name }), undo(skill));
    } catch (thrown) {
      say(thrown);
    }
  };
  const tryIt = ({ slug }: Skill): void => {
    draft.setState({ text: `@${slug} ` });
    navigation.go('chat');
  };

  const choose = (
    <>
      <Button onClick={() => setLinking(true)}>
        <Link size={15} aria-hidden />
        {t('skills.fromLink')}
      </Button>
      <Button look="primary" onClick={() => picker.current?.click()}>
        <Plus size={15} aria-hidden />
        {t('skills.install')}
      </Button>
    </>
  );
  return (
    <PageFrame title={t('skills.title')} actions={choose}>
      <DropZone onFiles={setFiles}>
        <input
          ref={picker}
          type="file"
          accept=".zip,.json"
          hidden
          aria-label={t('skills.install')}
          onChange={(event) => {
            setFiles([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
        <LoadFailure error={error} title={t('skills.failed')} onRetry={() => skills.load()} />
        {loading ? <div role="status" aria-label={t('skills.loading')} className="shimmer h-32 rounded-xl bg-muted" /> : null}
        {!loading && all.length === 0 && error === null ? (
          <EmptyState icon={Blocks} title={t('skills.empty')} text={t('skills.emptyText')} />
        ) : null}
        {all.length === 0 ? null : (
          <>
            <p className="text-[13px] text-muted-foreground">{t('skills.text')}</p>
            <ul aria-label={t('skills.title')} className="grid grid-cols-[repeat(auto-fill,minmax(min(22rem,100%),1fr))] gap-3">
              {all.map((skill) => (
                <SkillCard
                  key={skill.file}
                  skill={skill}
                  onTry={() => tryIt(skill)}
                  onRemove={() => void remove(skill)}
                  onBind={(tool) => setBinding({ skill, tool })}
                />
              ))}
            </ul>
          </>
        )}
      </DropZone>
      {file ? (
        <FileDialog
          key={`${others.length} ${file.name}`}
          file={file}
          onClose={() => setFiles(others)}
          onInstalled={(installed) => {
            setFiles(others);
            done(installed);
          }}
        />
      ) : null}
      {linking ? (
        <LinkDialog
          onClose={() => setLinking(false)}
          onInstalled={(installed) => {
            setLinking(false);
            done(installed);
          }}
        />
      ) : null}
      {binding ? <BindDialog {...binding} onClose={() => setBinding(null)} /> : null}
    </PageFrame>
  );
};
