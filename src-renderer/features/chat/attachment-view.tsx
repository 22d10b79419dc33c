import { CircleAlert, File, X } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Attachment } from '../../../src-shared/contract/events.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { formatSize } from '../../ui/format.ts';
import { saveFile } from '../../ui/save-file.ts';
import { showProblem } from '../../ui/toast.ts';
import type { Draft } from './use-attachments.ts';

const chip = 'flex h-14 min-w-0 max-w-52 items-center gap-2 overflow-hidden rounded-lg border bg-card';

/** A larger picture is saved to be seen: it would be in memory as a whole. */
const shownBytes = 8 * 1024 * 1024;

type AttachmentsProps = { readonly attachments: readonly Attachment[]; readonly className: string };

/** The files that went with a message or a reply: pressed, they are saved. */
export const Attachments = ({ attachments, className }: AttachmentsProps): ReactElement | null => {
  const { t, i18n } = useTranslation();
  const { uploads } = useConsole();
  if (attachments.length === 0) return null;
  const save = async ({ id, name }: Attachment): Promise<void> => {
    try {
      saveFile({ name, content: (await uploads.download(id)).content });
    } catch (thrown) {
      showProblem(t('chat.fileFailed', { name, message: t(`error.${ApiError.from(thrown).code}`) }));
    }
  };
  return (
    <ul aria-label={t('chat.attachments')} className={cx('flex flex-wrap gap-2', className)}>
      {attachments.map((attachment) => {
        const { id, name, type } = attachment;
        const size = formatSize(attachment.size, i18n.language);
        return (
          <li key={id} className="min-w-0">
            <button
              type="button"
              title={`${name} · ${size}`}
              className={cx(chip, 'relative transition-colors hover:bg-hover')}
              onClick={() => void save(attachment)}
            >
              <span className="sr-only">{t('chat.saveFile')} </span>
              {type.startsWith('image/') && attachment.size <= shownBytes ? (
                <Picture attachment={attachment} />
              ) : (
                <Named name={name} size={size} />
              )}
            </button>
          </li>
        );
      })}
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
  return url === null ? <Named name={name} /> : <img src={url} alt={name} className="h-14 max-w-52 object-cover" />;
};

const Named = ({ name, size }: { readonly name: string; readonly size?: string }): ReactElement => (
  <span className="flex min-w-0 items-center gap-2 px-3 text-left text-xs">
    <File size={16} aria-hidden className="shrink-0 text-muted-foreground" />
    <span className="flex min-w-0 flex-col">
      <span className="truncate">{name}</span>
      {size === undefined ? null : <span className="text-muted-foreground">{size}</span>}
    </span>
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
