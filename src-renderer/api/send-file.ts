export type SentFile = {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Blob;
  readonly signal?: AbortSignal;
  /** From 0 to 1; 1 when the last byte is on its way. */
  readonly onProgress?: (sent: number) => void;
};

/** Sends a file and says how far it is, which `fetch` cannot. @throws TypeError where nobody answers, or the signal's reason */
export type SendFile = (url: string, file: SentFile) => Promise<Response>;

/** By XMLHttpRequest, the one way by which a page hears of what it sends. */
export const sendFile: SendFile = (url, { method, headers, body, signal, onProgress }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    const fail = (): void => reject(new TypeError('The file could not be sent.'));
    request.open(method, url);
    request.responseType = 'text';
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total === 0 ? 1 : loaded / total);
    request.onload = () => resolve(new Response(request.responseText, { status: request.status }));
    request.onerror = fail;
    request.ontimeout = fail;
    request.onabort = () => reject(signal?.aborted ? signal.reason : new TypeError('The file was not sent.'));
    request.onloadend = () => signal?.removeEventListener('abort', abort);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) reject(signal.reason);
    else request.send(body);
  });
