import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readJsonSchema } from './json-schema.ts';
import type { Tool } from './tool.ts';
import { createToolCatalog, fixedTools, type ToolSource } from './tool-catalog.ts';

const tool = (name: string, description = ''): Tool => ({
  ...{ name, description, parameters: z.object({}), effect: 'read' },
  execute: async () => '',
});
const changing = (): { source: ToolSource; set: (tools: readonly Tool[]) => void } => {
  let tools: readonly Tool[] = [];
  const listeners = new Set<() => void>();
  return {
    source: {
      tools: () => tools,
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    set: (next) => {
      tools = next;
      for (const listener of listeners) listener();
    },
  };
};
const names = (tools: readonly Tool[]): readonly string[] => tools.map(({ name }) => name);

describe('the catalog', () => {
  it('joins what all sources offer, and sees them change', () => {
    const server = changing();
    const catalog = createToolCatalog([fixedTools([tool('shell')]), server.source]);
    const before = catalog.version();
    expect(names(catalog.tools({ id: 'main', tools: null }))).toEqual(['shell']);
    server.set([tool('git.log')]);
    expect(catalog.version()).not.toBe(before);
    expect(names(catalog.tools({ id: 'main', tools: null }))).toEqual(['shell', 'git.log']);
  });

  it('lets nobody take the place of an earlier tool', () => {
    const catalog = createToolCatalog([fixedTools([tool('shell', 'ours')]), fixedTools([tool('shell', 'theirs')])]);
    expect(catalog.tools({ id: 'main', tools: null }).map(({ description }) => description)).toEqual(['ours']);
  });

  it('gives an agent what its configuration names, or a whole server of it', () => {
    const catalog = createToolCatalog([fixedTools([tool('shell'), tool('git.log'), tool('git.push'), tool('gitlab.push')])]);
    expect(names(catalog.tools({ id: 'main', tools: ['shell'] }))).toEqual(['shell']);
    expect(names(catalog.tools({ id: 'main', tools: ['git.*'] }))).toEqual(['git.log', 'git.push']);
    expect(names(catalog.tools({ id: 'main', tools: [] }))).toEqual([]);
  });
});

describe('a JSON Schema from outside', () => {
  it('says in words what does not fit', async () => {
    const { validate } = await readJsonSchema({
      $schema: 'http://json-schema.org/draft-07/schema#',
      ...{ type: 'object', properties: { town: { type: 'string' } }, required: ['town'] },
    });
    expect(validate({ town: 'Hangzhou' })).toBeNull();
    expect(validate({})).toBe("arguments must have required property 'town'");
    expect(validate({ town: 5 })).toBe('arguments/town must be string');
  });

  it('is refused where it is none, and fetches nothing', async () => {
    await expect(readJsonSchema({ type: 'nonsense' })).rejects.toThrow('nonsense');
    await expect(readJsonSchema({ $ref: 'https://example.com/schema.json' })).rejects.toThrow("can't resolve reference");
  });
});
