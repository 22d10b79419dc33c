import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Token } from '../../../src-shared/contract/rest.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { dismissToast, showDone, showProblem } from '../../ui/toast.ts';
import { withDescendants } from './token-family.ts';

const toastOf = ({ id }: Token): string => `revoked-${id}`;

/** Brings a revoked token back, and says how that went. */
export const useRestore = (): ((token: Token) => Promise<void>) => {
  const { t } = useTranslation();
  const { tokens } = useConsole();
  return useCallback(
    async (token) => {
      dismissToast(toastOf(token));
      try {
        await tokens.restore(token.id);
        showDone(t('tokens.restored', { name: token.name }));
      } catch (thrown) {
        showProblem(t('tokens.undoFailed', { message: t(`error.${ApiError.from(thrown).code}`) }));
      }
    },
    [tokens, t],
  );
};

/** Revokes without asking: for some seconds it can be undone, and the toast offers that. */
export const useRevoke = (): ((token: Token) => Promise<void>) => {
  const { t } = useTranslation();
  const { tokens } = useConsole();
  const restore = useRestore();
  return useCallback(
    async (token) => {
      const { name, id } = token;
      const alive = tokens.getState().tokens.filter(({ revokedAt }) => revokedAt === null);
      const count = withDescendants(alive, id).size - 1;
      try {
        const forMs = await tokens.revoke(id);
        const text = count === 0 ? t('tokens.revoked', { name }) : t('tokens.revokedWith', { name, count });
        showDone(text, forMs > 0 ? { id: toastOf(token), label: t('tokens.undo'), act: () => void restore(token), forMs } : undefined);
      } catch (thrown) {
        showProblem(t('tokens.revokeFailed', { message: t(`error.${ApiError.from(thrown).code}`) }));
      }
    },
    [tokens, restore, t],
  );
};
