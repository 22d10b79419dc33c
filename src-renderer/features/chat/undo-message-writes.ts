import { ApiError } from '../../api/api-error.ts';
import type { HttpClient } from '../../api/http-client.ts';

/** Takes back all that the tools of a message wrote to files. @returns null once it is done, else what went wrong */
export type UndoMessageWrites = (messageId: string) => Promise<ApiError | null>;

export const createUndoMessageWrites =
  (http: HttpClient): UndoMessageWrites =>
  (messageId) =>
    http.call('undoWrites', { params: { id: messageId } }).then(
      () => null,
      (thrown: unknown) => ApiError.from(thrown),
    );
