import { CircleAlert, Play, Trash2 } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Skill } from '../../../src-shared/contract/rest.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { runs } from './runs.ts';

type SkillCardProps = {
  readonly skill: Skill;
  readonly onTry: () => void;
  readonly onRemove: () => void;
  readonly onBind: (tool: Skill['tools'][number]) => void;
};

export const SkillCard = ({ skill, onTry, onRemove, onBind }: SkillCardProps): ReactElement => {
  const { t } = useTranslation();
  const lists = [...skill.requires.bins, ...skill.requires.env];
  return (
    <li className="flex flex-col gap-2.5 rounded-xl border bg-background px-4 py-3.5 dark:bg-card">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-medium text-[14px]">{skill.name}</h2>
          <code className="font-mono text-[12px] text-muted-foreground">@{skill.slug}</code>
        </div>
        {skill.state === 'ready' && skill.userInvocable ? (
          <Button aria-label={t('skills.tryOne', { name: skill.name })} onClick={onTry}>
            <Play size={13} aria-hidden />
            {t('skills.try')}
          </Button>
        ) : null}
        {skill.removable ? (
          <IconButton label={t('skills.removeOne', { name: skill.name })} onClick={onRemove}>
            <Trash2 size={15} />
          </IconButton>
        ) : null}
      </div>
      {skill.description === '' ? null : (
        <p className="line-clamp-3 text-[13px] text-muted-foreground" title={skill.description}>
          {skill.description}
        </p>
      )}
      {skill.error === null ? null : (
        <p className={cx('flex items-start gap-2 text-[13px]', skill.state === 'broken' ? 'text-bad' : 'text-warn')}>
          <CircleAlert size={15} className="mt-0.5 shrink-0" aria-hidden />
          <span className="min-w-0 break-words">{skill.error}</span>
        </p>
      )}
      {skill.tools.length === 0 ? null : (
        <ul aria-label={t('skills.tools')} className="flex flex-col gap-1.5">
          {skill.tools.map((tool) => (
            <li key={tool.name} className="flex items-center gap-2 rounded-lg bg-muted py-1.5 pr-1.5 pl-3 text-[13px]">
              <div className="min-w-0 flex-1">
                <code className="font-mono text-[12px]">{tool.name}</code>
                <p className={cx('text-xs', tool.state === 'bound' ? 'truncate text-muted-foreground' : 'text-warn')}>
                  {tool.state === 'bound' ? tool.binding && runs(tool.binding) : t(`skills.tool.${tool.state}`)}
                </p>
              </div>
              {tool.by === 'tool' ? null : (
                <Button
                  aria-label={t(tool.state === 'bound' ? 'skills.changeOne' : 'skills.setUpOne', { name: tool.name })}
                  onClick={() => onBind(tool)}
                >
                  {t(tool.state === 'bound' ? 'skills.change' : 'skills.setUp')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <p className="flex flex-wrap gap-1.5 text-xs">
        <Chip>{t(`skills.source.${skill.source}`, { agent: skill.agentId ?? '' })}</Chip>
        {skill.userInvocable || skill.state === 'broken' ? null : <Chip>{t('skills.modelOnly')}</Chip>}
        {skill.modelInvocable || skill.state === 'broken' ? null : <Chip>{t('skills.userOnly')}</Chip>}
        {lists.length === 0 ? null : <Chip>{t('skills.requires', { names: lists.join(', ') })}</Chip>}
        <span className="min-w-0 truncate py-0.5 text-muted-foreground" title={skill.file}>
          {skill.file}
        </span>
      </p>
    </li>
  );
};

const Chip = ({ children }: { readonly children: ReactNode }): ReactElement => (
  <span className="rounded-md bg-muted px-1.5 py-0.5 text-muted-foreground">{children}</span>
);
