import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Session } from '../../../src-shared/contract/rest.ts';
import { deleteUndoMs } from '../../../src-shared/contract/routes/sessions.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { copyText } from '../../ui/copy-text.ts';
import { saveFile } from '../../ui/save-file.ts';
import { showDone, showProblem } from '../../ui/toast.ts';
import { openThread } from './chat-store.ts';

export type SessionRowActions = {
  readonly rename: (session: Session, title: string) => void;
  readonly pin: (session: Session) => void;
  readonly download: (session: Session, format: 'markdown' | 'json') => void;
  readonly copyLink: (session: Session) => void;
  readonly copyHandle: (session: Session) => void;
  readonly remove: (session: Session) => void;
};

/** What can be done to a session from its row; each says how it went where that is not to be seen. */
export const useSessionActions = (): SessionRowActions => {
  const { t } = useTranslation();
  const { sessions, chat, baseUrl } = useConsole();
  return useMemo(() => {
    const attempt = (work: () => Promise<unknown>): void => {
      work().catch((thrown: unknown) => {
        const { code } = ApiError.from(thrown);
        showProblem(t('sessions.actionFailed', { message: t(`error.${code}`) }));
      });
    };
    const copy = (text: string): void =>
      attempt(async () => {
        if (await copyText(text)) showDone(t('chat.copied'));
        else showProblem(t('chat.copyFailed'));
      });
    const remove = async (session: Session): Promise<void> => {
      const wasOpen = openThread(chat.getState()).session?.id === session.id;
      await sessions.remove(session.id);
      chat.noteDeleted(session.id);
      const restore = async (): Promise<void> => {
        const back = await sessions.restore(session.id);
        if (wasOpen) chat.openSession(back);
      };
      showDone(t('sessions.deleted', { title: session.title || t('sessions.untitled') }), {
        id: `deleted-${session.id}`,
        label: t('sessions.undo'),
        act: () => attempt(restore),
        forMs: deleteUndoMs,
      });
    };
    return {
      rename: (session, title) => {
        const wanted = title.trim();
        if (wanted !== '' && wanted !== session.title) attempt(() => sessions.rename(session.id, wanted));
      },
      pin: ({ id, pinned }) => attempt(() => sessions.pin(id, !pinned)),
      download: ({ id }, format) => attempt(async () => saveFile(await sessions.download(id, format))),
      copyLink: ({ id }) => copy(`${baseUrl}#${new URLSearchParams({ chat: id })}`),
      copyHandle: ({ id }) => copy(id),
      remove: (session) => attempt(() => remove(session)),
    };
  }, [t, sessions, chat, baseUrl]);
};
