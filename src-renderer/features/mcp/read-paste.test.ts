import { describe, expect, it } from 'vitest';
import { readPaste, secretsIn, withReferences } from './read-paste.ts';

const memory = { command: 'npx', args: ['-y', '@modelcontextprotocol/server-memory'] };

describe('what people paste', () => {
  it.each([
    ['the whole file', JSON.stringify({ mcpServers: { memory }, other: 1 })],
    ['the shape of another editor', JSON.stringify({ servers: { memory: { type: 'stdio', ...memory } } })],
    ['what stands below mcpServers', JSON.stringify({ memory })],
    ['one entry without braces, with a comma', `"memory": ${JSON.stringify(memory)},`],
  ])('is read: %s', (_what, text) => {
    expect(readPaste(text).servers).toMatchObject({ memory });
  });

  it.each([
    ['npx -y x', 'notJson'],
    ['[]', 'none'],
    ['{}', 'none'],
    ['{"mcpServers":{}}', 'none'],
  ])('is none: %s', (text, problem) => {
    expect(readPaste(text)).toEqual({ servers: null, problem });
  });

  it('has its mistake named', () => {
    const words = (value: unknown) => (readPaste(JSON.stringify(value)).problem as { words: string }).words;
    expect(words({ a: { command: 'x', url: 'https://x' } })).toBe('a: give it either a command or a url');
    expect(words({ a: { comand: 'x' } })).toContain('comand');
    expect(words({ 'a.b': { command: 'x' } })).toContain('its tools are called name.tool');
  });
});

it('keeps secrets apart, and names their place instead', () => {
  const { servers } = readPaste(
    JSON.stringify({ gh: { url: 'https://x.example', headers: { Authorization: 'Bearer abcdefgh', Accept: 'x' } } }),
  );
  const secrets = secretsIn(servers ?? {});
  expect(secrets).toEqual([{ server: 'gh', part: 'headers', name: 'Authorization', value: 'Bearer abcdefgh' }]);
  const kept = withReferences(servers ?? {}, secrets);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written in the file
  expect(kept.gh?.headers).toEqual({ Authorization: '${keychain:mcp.gh.Authorization}', Accept: 'x' });
  expect(secretsIn(kept)).toEqual([]);
});
