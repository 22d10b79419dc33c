import type { Approval } from '../../../src-shared/contract/events.ts';
import { useConsole } from '../../console-context.ts';

/** Leads to the chat in which something was asked. */
export const useOpenChat = (): ((approval: Pick<Approval, 'sessionId'>) => void) => {
  const { chat, navigation } = useConsole();
  return ({ sessionId }) => {
    chat.openRef(sessionId);
    navigation.go('chat');
  };
};
