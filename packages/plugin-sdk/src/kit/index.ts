export { ask, asNetworkError, errorOfAnswer, retryAfterMs } from './answers.ts';
export { calmHtml, escapeHtml } from './calm-html.ts';
export { handOver } from './hand-over.ts';
export { createInParts } from './in-parts.ts';
export { keepAlive } from './keep-alive.ts';
export { type KeepConnected, keepConnected, pause } from './keep-connected.ts';
export { lexCalmly } from './lex-calmly.ts';
export { bytesOf, type FileToFetch, mostFileBytes, withFiles } from './with-files.ts';
