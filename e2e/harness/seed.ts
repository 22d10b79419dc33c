import { readFileSync } from 'node:fs';

const tutorial = readFileSync(new URL('../fixtures/openclaw-api-tutorial.zh.txt', import.meta.url), 'utf8');

/** The token as the tutorial prints it; the only thing a reader has to replace. */
const PLACEHOLDER = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...';

/**
 * A code block of the tutorial, to the letter but for the token.
 * @param heading words of the heading above it
 * @param language as the tutorial names it on the line before the block
 */
export const seedExample = (heading: string, language: string, token?: string): string => {
  const lines = tutorial.split('\n');
  const at = lines.findIndex((line) => line.includes(heading));
  const label = lines.findIndex((line, index) => index > at && line.trim() === language);
  if (at < 0 || label < 0) throw new Error(`The tutorial has no ${language} block under "${heading}".`);
  // A line with nothing but a no-break space opens and closes each block; blank lines inside have none.
  const isFence = (line: string): boolean => line.includes('\u00a0') && line.trim() === '';
  const body = lines.slice(label + 2);
  const code = body.slice(0, body.findIndex(isFence)).join('\n');
  if (token === undefined) return code;
  if (!code.includes(PLACEHOLDER)) throw new Error(`The ${language} block under "${heading}" has no token to replace.`);
  return code.replaceAll(PLACEHOLDER, token);
};

export const seedExamples = {
  tokenCreate: () => seedExample('获取API访问凭证', 'Bash').trim(),
  nodeClient: (token: string) => seedExample('Node.js 示例', 'JavaScript', token),
  pythonClient: (token: string) => seedExample('Python 示例', 'Python', token),
  pluginCreate: () => seedExample('创建插件项目', 'Bash').trim(),
  pluginChannel: () => seedExample('实现核心接口', 'TypeScript'),
  pluginInstall: () => seedExample('打包 & 安装', 'Bash'),
  curlMessages: (token: string) => seedExample('cURL 示例', 'Bash', token),
};
