import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import type { PickGroup } from './pick-list.tsx';

/** The tools there are now, with what each may touch. */
export const useToolChoices = (): readonly PickGroup[] => {
  const { t } = useTranslation();
  const { agentsPage } = useConsole();
  const tools = useStore(agentsPage, (state) => state.tools) ?? [];
  const servers = [...new Set(tools.map(({ server }) => server))];
  return servers.map((server) => {
    const own = tools.filter((tool) => tool.server === server);
    if (server === null)
      return { title: '', options: own.map(({ name, effect }) => ({ value: name, label: name, help: t(`agents.touch.${effect}`) })) };
    const whole = { value: `${server}.*`, label: `${server}.*`, help: t('agents.touch.server', { server }) };
    const each = own.map(({ name, description }) => ({ value: name, label: name, help: description.split('\n', 1)[0] ?? '' }));
    return { title: t('agents.pick.server', { server }), options: [whole, ...each] };
  });
};

export const useSkillChoices = (): readonly PickGroup[] => {
  const { skills } = useConsole();
  const all = useStore(skills, (state) => state.skills);
  const slugs = [...new Map(all.map((skill) => [skill.slug, skill])).values()];
  return [{ title: '', options: slugs.map(({ slug, description }) => ({ value: slug, label: slug, help: description })) }];
};
