import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { cx } from '../../ui/class-names.ts';

export type MentionChoice = { readonly name: string; readonly kind: 'skill' | 'agent'; readonly detail: string };

const shownMost = 8;

/** What `@` at the beginning of a message could become: skills first, as the gateway looks them up. */
export const useMentionChoices = (text: string): readonly MentionChoice[] => {
  const { skills, agents } = useConsole();
  const all = useStore(skills, (state) => state.skills);
  const agentList = useStore(agents, (state) => state.agents);
  const begun = /^@([A-Za-z0-9._-]*)$/.exec(text)?.[1]?.toLowerCase();
  if (begun === undefined) return [];
  const choices: readonly MentionChoice[] = [
    ...all
      .filter(({ state, userInvocable }) => state === 'ready' && userInvocable)
      .map(({ slug, name, description }): MentionChoice => ({ name: slug, kind: 'skill', detail: name === slug ? description : name })),
    ...agentList.map(({ id, name }): MentionChoice => ({ name: id, kind: 'agent', detail: name })),
  ];
  const unique = [...new Map(choices.map((choice) => [choice.name, choice])).values()];
  // Whoever has typed a whole name means that one, and Enter sends it.
  if (unique.some(({ name }) => name.toLowerCase() === begun)) return [];
  const fits = unique.filter(({ name }) => name.toLowerCase().includes(begun));
  return fits
    .sort((a, b) => Number(b.name.toLowerCase().startsWith(begun)) - Number(a.name.toLowerCase().startsWith(begun)))
    .slice(0, shownMost);
};

type MentionListProps = {
  readonly id: string;
  readonly choices: readonly MentionChoice[];
  readonly active: number;
  readonly onChoose: (choice: MentionChoice) => void;
};

/** Stands above the field, which keeps the focus: the arrow keys move through it. */
export const MentionList = ({ id, choices, active, onChoose }: MentionListProps): ReactElement => {
  const { t } = useTranslation();
  return (
    <div
      id={id}
      role="listbox"
      aria-label={t('composer.mentions')}
      className="absolute inset-x-0 bottom-full z-10 mb-2 overflow-hidden rounded-xl border border-border bg-popover p-1 shadow-pop"
    >
      {choices.map((choice, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's
        <div
          key={choice.name}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          // Before the field loses the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(choice)}
          className={cx('flex cursor-pointer items-center gap-2 rounded-lg px-2.5 py-1.5 text-[13px]', index === active && 'bg-hover')}
        >
          <span className="shrink-0 font-medium">@{choice.name}</span>
          <span className="min-w-0 flex-1 truncate text-muted-foreground">{choice.detail}</span>
          <span className="shrink-0 text-muted-foreground text-xs">{t(`composer.mention.${choice.kind}`)}</span>
        </div>
      ))}
    </div>
  );
};
