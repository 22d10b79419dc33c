import type { Attachment } from '../../../src-shared/contract/events.ts';
import type { Download, HttpClient } from '../../api/http-client.ts';
import { toDataUrl } from '../../api/to-data-url.ts';

/** Files that go with messages. */
export type Uploads = {
  /** @throws ApiError */
  readonly send: (file: File) => Promise<Attachment>;
  /** @throws ApiError */
  readonly download: (id: string) => Promise<Download>;
  /** A picture as a `data:` URL. @throws ApiError */
  readonly picture: (id: string) => Promise<string>;
};

/** Pictures kept, so that a list that scrolls does not ask again. */
const keptMost = 50;

export const createUploads = (http: HttpClient): Uploads => {
  const pictures = new Map<string, Promise<string>>();
  return {
    send: (file) => http.upload('createUpload', { query: { name: file.name || 'file' } }, file),
    download: (id) => http.download('getUpload', { params: { id } }),
    picture: (id) => {
      const known = pictures.get(id);
      if (known) return known;
      const loading = http.download('getUpload', { params: { id } }).then(({ content }) => toDataUrl(content));
      pictures.set(id, loading);
      loading.catch(() => pictures.delete(id));
      const oldest = pictures.size > keptMost ? pictures.keys().next().value : undefined;
      if (oldest !== undefined) pictures.delete(oldest);
      return loading;
    },
  };
};
