import { Hash, type LucideIcon, Mail, MessageCircle, MessagesSquare, Radio, Send, Webhook } from 'lucide-react';
import type { ReactElement } from 'react';

const marks: Readonly<Record<string, LucideIcon>> = {
  telegram: Send,
  slack: Hash,
  discord: MessagesSquare,
  email: Mail,
  webhook: Webhook,
  webchat: MessageCircle,
};

/** A sign for the plugin behind it: no brand's own logo, which would be theirs. */
export const ChannelMark = ({ id }: { readonly id: string }): ReactElement => {
  const Icon = Object.hasOwn(marks, id) ? (marks[id] ?? Radio) : Radio;
  return (
    <span aria-hidden className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-muted text-muted-foreground">
      <Icon size={18} />
    </span>
  );
};
