import type { Upstream } from './upstream-errors.ts';

type UpstreamOptions = {
  readonly provider: string;
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey: string | null;
  readonly keyVariables: readonly string[];
};

export type Address = { readonly upstream: Upstream; readonly origin: string; readonly path: string };

/**
 * Where requests go and what errors may say about it.
 * @param endpoint the path of the calls, from the base path without its last slash; a query in the base is kept
 */
export const upstreamOf = (options: UpstreamOptions, endpoint: (basePath: string) => string): Address => {
  const url = new URL(options.baseUrl);
  const upstream: Upstream = {
    host: url.host,
    secrets: options.apiKey === null ? [] : [options.apiKey],
    hints: { auth: authHint(options), unreachable: unreachableHint(url), notFound: notFoundHint(options, url) },
  };
  return { upstream, origin: url.origin, path: `${endpoint(url.pathname.replace(/\/+$/, ''))}${url.search}` };
};

export const authHint = ({ keyVariables }: Pick<UpstreamOptions, 'keyVariables'>): string => {
  const first = keyVariables[0];
  const environment = first === undefined ? '' : `, or set ${first} in the environment`;
  return `Store the right key with \`openclaw config set-key NAME\` and name it as keyRef of the model in ~/openclaw/config.json${environment}.`;
};

const isLoopback = (url: URL): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);

const unreachableHint = (url: URL): string => {
  if (url.port === '11434') return 'Is Ollama running? Start it with `ollama serve`.';
  if (url.port === '1234') return 'Is the server of LM Studio running? Start it with `lms server start`.';
  if (isLoopback(url)) return 'Is the model server (Ollama, LM Studio, …) running?';
  return 'Check the network, and baseUrl of the model in ~/openclaw/config.json.';
};

const notFoundHint = ({ provider, model }: UpstreamOptions, url: URL): string => {
  if (provider === 'ollama' || url.port === '11434') return `Is the model there? Get it with \`ollama pull ${model}\`.`;
  const path = provider === 'openai-compatible' && !/\/v\d/.test(url.pathname) ? '; a baseUrl mostly ends with /v1' : '';
  return `Check model and baseUrl in ~/openclaw/config.json${path}.`;
};
