import { Hash, type LucideIcon, Mail, MessageCircle, MessagesSquare, Radio, Send, Webhook } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';

const marks: Readonly<Record<string, LucideIcon>> = {
  telegram: Send,
  slack: Hash,
  discord: MessagesSquare,
  email: Mail,
  webhook: Webhook,
  webchat: MessageCircle,
};

/** The plugin's own picture, else a sign for it: no brand's logo, which would be theirs. A picture is only ever an `<img>`: nothing in it runs. */
export const ChannelMark = ({ id }: { readonly id: string }): ReactElement => {
  const { channels } = useConsole();
  // Another version may have another.
  const version = useStore(channels, ({ plugins }) => plugins?.find((plugin) => plugin.id === id && plugin.icon)?.version ?? null);
  const [picture, setPicture] = useState<string | null>(null);
  useEffect(() => {
    let left = false;
    setPicture(null);
    if (version !== null)
      channels.icon(id, version).then(
        (url) => left || setPicture(url),
        // The sign that all have stands in.
        () => undefined,
      );
    return () => {
      left = true;
    };
  }, [channels, id, version]);
  const Icon = Object.hasOwn(marks, id) ? (marks[id] ?? Radio) : Radio;
  return (
    <span aria-hidden className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-muted text-muted-foreground">
      {picture === null ? (
        <Icon size={18} />
      ) : (
        <img src={picture} alt="" className="size-6 object-contain" onError={() => setPicture(null)} />
      )}
    </span>
  );
};
