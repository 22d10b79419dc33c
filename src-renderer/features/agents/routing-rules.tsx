import { ArrowDown, ArrowUp, Trash2 } from 'lucide-react';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOfRule, type RoutingRule } from '../../../src-shared/contract/routing.ts';
import { useConsole } from '../../console-context.ts';
import { IconButton } from '../../ui/button.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { dismissToast, showDone } from '../../ui/toast.ts';
import { useAction } from '../../ui/use-action.ts';
import { AddRule } from './add-rule.tsx';
import { moved, withRule } from './change-agents.ts';
import { TryRouting } from './try-routing.tsx';
import type { KnownAgents } from './use-agents.ts';

const undoMs = 10_000;

/** The list that says who answers, first match first. Every change is saved. */
export const RoutingRules = ({ known }: { readonly known: KnownAgents }): ReactElement => {
  const { t } = useTranslation();
  const { settings } = useConsole();
  const { busy, error, run } = useAction();
  const list = useRef<HTMLOListElement>(null);
  const [focus, setFocus] = useState<{ readonly index: number; readonly by: -1 | 1 } | null>(null);
  const { routing } = known.config;
  const save = (rules: readonly RoutingRule[]): Promise<boolean> => run(() => settings.patch({ routing: rules }), 'quietly');

  // The button that moved it goes with it; at an end the other one is there.
  useEffect(() => {
    if (focus === null) return;
    const row = list.current?.children[focus.index];
    const [up, down] = row?.querySelectorAll<HTMLButtonElement>('button[data-move]') ?? [];
    const wanted = focus.by === -1 ? up : down;
    (wanted?.disabled ? (wanted === up ? down : up) : wanted)?.focus();
    setFocus(null);
  }, [focus]);

  const move = async (index: number, by: -1 | 1): Promise<void> => {
    const rules = moved(routing, index, by);
    if (rules !== routing && (await save(rules))) setFocus({ index: index + by, by });
  };
  const remove = async (index: number): Promise<void> => {
    const rule = routing[index];
    if (rule === undefined || !(await run(() => settings.patch({ routing: routing.filter((_one, at) => at !== index) }), 'quietly')))
      return;
    const id = 'rule-removed';
    const act = (): void => {
      dismissToast(id);
      void save(withRule(settings.getState().view?.known.routing ?? [], index, rule));
    };
    showDone(t('agents.rule.removed'), { id, label: t('agents.undo'), act, forMs: undoMs });
  };

  return (
    <section aria-labelledby="agents-routing" className="flex flex-col gap-3">
      <div>
        <h2 id="agents-routing" className="font-semibold text-sm">
          {t('agents.routing')}
        </h2>
        <p className="text-[13px] text-muted-foreground">{t('agents.routingText')}</p>
      </div>
      {routing.length === 0 ? (
        <p className="rounded-lg border border-dashed px-4 py-3 text-[13px] text-muted-foreground">{t('agents.rule.none')}</p>
      ) : (
        <ol ref={list} aria-label={t('agents.routing')} className="divide-y rounded-xl border">
          {routing.map((rule, index) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: a rule is its place, and the same one may stand twice
              key={index}
              className="flex items-center gap-3 py-1.5 pr-2 pl-4 text-[13px]"
            >
              <span className="w-5 shrink-0 text-muted-foreground tabular-nums">{index + 1}</span>
              <Words rule={rule} known={known} />
              <div className="flex shrink-0 gap-0.5">
                <IconButton
                  size="small"
                  data-move="up"
                  label={t('agents.rule.up', { place: index + 1 })}
                  disabled={index === 0 || busy}
                  onClick={() => void move(index, -1)}
                >
                  <ArrowUp size={15} />
                </IconButton>
                <IconButton
                  size="small"
                  data-move="down"
                  label={t('agents.rule.down', { place: index + 1 })}
                  disabled={index === routing.length - 1 || busy}
                  onClick={() => void move(index, 1)}
                >
                  <ArrowDown size={15} />
                </IconButton>
                <IconButton
                  size="small"
                  label={t('agents.rule.remove', { place: index + 1 })}
                  disabled={busy}
                  onClick={() => void remove(index)}
                >
                  <Trash2 size={15} />
                </IconButton>
              </div>
            </li>
          ))}
        </ol>
      )}
      <AddRule known={known} busy={busy} onAdd={(rule) => save([...routing, rule])} />
      <div role="alert" className="empty:hidden">
        {error ? <ErrorCard error={error} /> : null}
      </div>
      <TryRouting known={known} />
    </section>
  );
};

/** `telegram, sender 4711 → guest`, and why it is skipped. */
const Words = ({ rule, known }: { readonly rule: RoutingRule; readonly known: KnownAgents }): ReactElement => {
  const { t } = useTranslation();
  const problem = problemOfRule(rule, known.ids);
  const { channel, sender, agent } = rule;
  return (
    <div className="min-w-0 flex-1 py-1">
      <p className="[overflow-wrap:anywhere]">
        {t('agents.rule.words', {
          channel: channel ?? t('agents.rule.anyChannel'),
          sender: sender ?? t('agents.rule.anyone'),
        })}
        {' → '}
        <span className="font-medium font-mono text-xs">{agent}</span>
      </p>
      {problem === null ? null : <p className="text-warn text-xs">{t(`agents.rule.${problem}`, { agent })}</p>}
    </div>
  );
};
