import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Token } from '../../../src-shared/contract/rest.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';

type RevokeOwnDialogProps = {
  readonly token: Token;
  readonly revoke: (token: Token) => Promise<void>;
  readonly onClose: () => void;
};

/** The one revocation that is asked for: nobody is left here to undo it. */
export const RevokeOwnDialog = ({ token, revoke, onClose }: RevokeOwnDialogProps): ReactElement => {
  const { t } = useTranslation();
  return (
    <ConfirmDialog
      title={t('tokens.revokeOwn')}
      confirm={t('tokens.revokeOwnConfirm')}
      onConfirm={() => {
        onClose();
        return revoke(token);
      }}
      onClose={onClose}
    >
      <p>{t('tokens.revokeOwnText', { name: token.name })}</p>
    </ConfirmDialog>
  );
};
