/** Server-sent events, one by one until the stream ends: the data of each, which is JSON. */
export const readEvents = async (body: ReadableStream<Uint8Array>, onEvent: (data: unknown) => void): Promise<void> => {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + decoder.decode(value, { stream: true })).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const data = event
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart())
        .join('\n');
      if (data !== '') onEvent(JSON.parse(data));
    }
  }
};
