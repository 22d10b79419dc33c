import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { configSchema } from '../../../src-shared/contract/config.ts';
import { groupsOf, patchAt } from '../../schema-form/schema-fields.ts';
import { configHelpZh } from './config-help-zh.ts';

const values = configSchema.parse({
  logs: { level: 'debug' },
  models: { m: { provider: 'offline' } },
  agents: { main: { tools: ['file_read'] } },
  channels: { c: {} },
  mcpServers: { m: { command: 'x' } },
});
const groups = groupsOf(z.toJSONSchema(configSchema, { io: 'input' }), values);
const field = (path: string) => groups.flatMap(({ fields }) => fields).find((one) => one.path.join('.') === path);

describe('the form of the schema', () => {
  it('has a group for each object, and one for each entry of a record', () => {
    const titles = groups.map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining(['gateway', 'gateway.limits', 'security', 'agents.main', 'models.m', 'logs', 'ui']));
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('knows kind, range, default and value of each key', () => {
    expect(field('gateway.port')).toMatchObject({ kind: 'number', min: 1, max: 65_535, fallback: 18_789, value: 18_789 });
    expect(field('logs.level')).toMatchObject({ kind: 'choice', options: ['debug', 'info', 'warn', 'error'], value: 'debug' });
    expect(field('security.redactSecrets')).toMatchObject({ kind: 'switch', fixed: true, value: true });
    expect(field('agents.main.tools')).toMatchObject({ kind: 'list', value: ['file_read'], fallback: undefined });
    expect(field('retention.maxDatabaseMb')).toMatchObject({ kind: 'number', value: undefined });
  });

  it('has a line of help in Chinese for every key that has one in English', () => {
    const missing = groups.flatMap(({ fields }) => fields).filter(({ help, helpKey }) => help !== '' && !(helpKey in configHelpZh));
    expect(missing.map(({ helpKey }) => helpKey)).toEqual([]);
  });

  it('makes the patch for a key', () => {
    expect(patchAt(['gateway', 'limits', 'perToken'], 3)).toEqual({ gateway: { limits: { perToken: 3 } } });
  });
});
