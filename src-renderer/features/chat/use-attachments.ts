import { useRef, useState } from 'react';
import type { Attachment } from '../../../src-shared/contract/events.ts';
import { ApiError } from '../../api/api-error.ts';
import { toDataUrl } from '../../api/to-data-url.ts';
import { useConsole } from '../../console-context.ts';

/** A file on its way to a message. */
export type Draft = {
  readonly key: number;
  readonly name: string;
  /** A `data:` URL, for pictures. */
  readonly preview: string | null;
  /** Null while it is sent. */
  readonly attachment: Attachment | null;
  readonly error: ApiError | null;
};

/** As many as a message may have. */
const mostFiles = 16;

/** The files of the message that is being written: sent as soon as they are chosen. */
export const useAttachments = () => {
  const { uploads } = useConsole();
  const [drafts, setDrafts] = useState<readonly Draft[]>([]);
  const keys = useRef(0);
  const change = (key: number, what: Partial<Draft>): void =>
    setDrafts((now) => now.map((draft) => (draft.key === key ? { ...draft, ...what } : draft)));

  const addOne = async (file: File): Promise<void> => {
    keys.current += 1;
    const key = keys.current;
    setDrafts((now) => [...now, { key, name: file.name, preview: null, attachment: null, error: null }].slice(0, mostFiles));
    if (/^image\/(png|jpeg|gif|webp)$/.test(file.type))
      void toDataUrl(file).then(
        (preview) => change(key, { preview }),
        () => undefined,
      );
    try {
      change(key, { attachment: await uploads.send(file) });
    } catch (thrown) {
      change(key, { error: ApiError.from(thrown) });
    }
  };

  return {
    drafts,
    add: (files: Iterable<File>): void => {
      for (const file of files) void addOne(file);
    },
    remove: (key: number): void => setDrafts((now) => now.filter((draft) => draft.key !== key)),
    clear: (): void => setDrafts([]),
    /** Nothing is under way, and nothing has failed. */
    ready: drafts.every(({ attachment }) => attachment !== null),
    attachments: drafts.flatMap(({ attachment }) => attachment ?? []),
  };
};
