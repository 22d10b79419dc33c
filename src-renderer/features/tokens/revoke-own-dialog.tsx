import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Token } from '../../../src-shared/contract/rest.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

type RevokeOwnDialogProps = {
  readonly token: Token;
  readonly revoke: (token: Token) => Promise<void>;
  readonly onClose: () => void;
};

/** The one revocation that is asked for: nobody is left here to undo it. */
export const RevokeOwnDialog = ({ token, revoke, onClose }: RevokeOwnDialogProps): ReactElement => {
  const { t } = useTranslation();
  return (
    <Dialog
      role="alertdialog"
      title={t('tokens.revokeOwn')}
      onClose={onClose}
      actions={
        <>
          <Button data-autofocus onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button
            look="danger"
            onClick={() => {
              onClose();
              void revoke(token);
            }}
          >
            {t('tokens.revokeOwnConfirm')}
          </Button>
        </>
      }
    >
      <p>{t('tokens.revokeOwnText', { name: token.name })}</p>
    </Dialog>
  );
};
