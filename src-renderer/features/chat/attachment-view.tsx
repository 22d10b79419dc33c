import { CircleAlert, File, X } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Attachment } from '../../../src-shared/contract/events.ts';
import { useConsole } from '../../console-context.ts';
import { IconButton } from '../../ui/button.tsx';
import type { Draft } from './use-attachments.ts';

const chip = 'flex h-14 min-w-0 max-w-52 items-center gap-2 overflow-hidden rounded-lg border bg-card';

/** The files that went with a message. */
export const Attachments = ({ attachments }: { readonly attachments: readonly Attachment[] }): ReactElement | null => {
  const { t } = useTranslation();
  if (attachments.length === 0) return null;
  return (
    <ul aria-label={t('chat.attachments')} className="mb-1.5 flex max-w-[85%] flex-wrap justify-end gap-2">
      {attachments.map((attachment) => (
        <li key={attachment.id} className={chip}>
          {attachment.type.startsWith('image/') ? <Picture attachment={attachment} /> : <Named name={attachment.name} />}
        </li>
      ))}
    </ul>
  );
};

const Picture = ({ attachment: { id, name } }: { readonly attachment: Attachment }): ReactElement => {
  const { uploads } = useConsole();
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    let left = false;
    uploads.picture(id).then(
      (loaded) => left || setUrl(loaded),
      () => undefined,
    );
    return () => {
      left = true;
    };
  }, [uploads, id]);
  return url === null ? <Named name={name} /> : <img src={url} alt={name} title={name} className="h-14 max-w-52 object-cover" />;
};

const Named = ({ name }: { readonly name: string }): ReactElement => (
  <span className="flex min-w-0 items-center gap-2 px-3 text-xs">
    <File size={16} aria-hidden className="shrink-0 text-muted-foreground" />
    <span className="truncate">{name}</span>
  </span>
);

type DraftsProps = { readonly drafts: readonly Draft[]; readonly onRemove: (key: number) => void };

/** The files of the message that is being written. */
export const Drafts = ({ drafts, onRemove }: DraftsProps): ReactElement | null => {
  const { t } = useTranslation();
  if (drafts.length === 0) return null;
  return (
    <ul aria-label={t('chat.attachments')} className="flex flex-wrap gap-2 px-3 pt-3">
      {drafts.map(({ key, name, preview, attachment, error }) => (
        <li key={key} className={`${chip} pr-1 ${error ? 'border-bad' : ''}`}>
          {preview === null ? <Named name={name} /> : <img src={preview} alt={name} title={name} className="h-14 max-w-36 object-cover" />}
          {error ? (
            <span role="alert" className="flex shrink-0 items-center text-bad" title={error.message}>
              <CircleAlert size={15} aria-hidden />
              <span className="sr-only">{t('composer.uploadFailed', { name, message: t(`error.${error.code}`) })}</span>
            </span>
          ) : null}
          {attachment === null && error === null ? (
            <span role="status" aria-label={t('composer.uploading', { name })} className="shimmer size-1.5 shrink-0 rounded-full bg-link" />
          ) : null}
          <IconButton size="small" label={t('composer.removeFile', { name })} onClick={() => onRemove(key)}>
            <X size={14} />
          </IconButton>
        </li>
      ))}
    </ul>
  );
};
