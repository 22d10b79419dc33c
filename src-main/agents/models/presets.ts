import type { ProviderId } from '../../../src-shared/contract/config.ts';

export type Preset = {
  /** For people. */
  readonly name: string;
  readonly wire: 'openai' | 'anthropic';
  readonly baseUrl: string;
  /** Environment variables that may hold the key, first one first; none: it runs on this machine and needs no key. */
  readonly keyVariables: readonly string[];
  /** null: ask the server which models it has. */
  readonly defaultModel: string | null;
};

export type PresetId = Exclude<ProviderId, 'openai-compatible' | 'offline'>;

/** Where the providers are. The order is the one in which keys in the environment are looked for. */
export const presets: Readonly<Record<PresetId, Preset>> = {
  openai: {
    name: 'OpenAI',
    wire: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    keyVariables: ['OPENAI_API_KEY'],
    defaultModel: 'gpt-4.1-mini',
  },
  deepseek: {
    name: 'DeepSeek',
    wire: 'openai',
    baseUrl: 'https://api.deepseek.com/v1',
    keyVariables: ['DEEPSEEK_API_KEY'],
    defaultModel: 'deepseek-v4-flash',
  },
  qwen: {
    name: 'Qwen (Alibaba Cloud)',
    wire: 'openai',
    baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
    keyVariables: ['DASHSCOPE_API_KEY', 'QWEN_API_KEY'],
    defaultModel: 'qwen-plus',
  },
  moonshot: {
    name: 'Moonshot (Kimi)',
    wire: 'openai',
    baseUrl: 'https://api.moonshot.cn/v1',
    keyVariables: ['MOONSHOT_API_KEY', 'KIMI_API_KEY'],
    defaultModel: 'kimi-k2.6',
  },
  zhipu: {
    name: 'Zhipu (GLM)',
    wire: 'openai',
    baseUrl: 'https://open.bigmodel.cn/api/paas/v4',
    keyVariables: ['ZHIPUAI_API_KEY', 'ZHIPU_API_KEY', 'ZAI_API_KEY'],
    defaultModel: 'glm-4.5-flash',
  },
  openrouter: {
    name: 'OpenRouter',
    wire: 'openai',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyVariables: ['OPENROUTER_API_KEY'],
    defaultModel: 'openrouter/auto',
  },
  gemini: {
    name: 'Google Gemini',
    wire: 'openai',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    defaultModel: 'gemini-flash-latest',
  },
  ollama: {
    name: 'Ollama',
    wire: 'openai',
    baseUrl: 'http://127.0.0.1:11434/v1',
    keyVariables: [],
    defaultModel: null,
  },
  lmstudio: {
    name: 'LM Studio',
    wire: 'openai',
    baseUrl: 'http://127.0.0.1:1234/v1',
    keyVariables: [],
    defaultModel: null,
  },
  anthropic: {
    name: 'Anthropic',
    wire: 'anthropic',
    baseUrl: 'https://api.anthropic.com',
    keyVariables: ['ANTHROPIC_API_KEY'],
    defaultModel: 'claude-sonnet-4-6',
  },
};

export const presetOf = (provider: ProviderId): Preset | null =>
  provider === 'openai-compatible' || provider === 'offline' ? null : presets[provider];
