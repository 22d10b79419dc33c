export { ask, asNetworkError, errorOfAnswer, retryAfterMs } from './answers.ts';
export { type KeepConnected, keepConnected, pause } from './keep-connected.ts';
