import { expect, it } from 'vitest';
import { withDefaults } from './check-options.ts';

it('a plugin is told the defaults of its schema, but for secrets', () => {
  const manifest = {
    configSchema: {
      type: 'object',
      properties: {
        url: { type: 'string', default: 'https://example.com' },
        on: { type: 'boolean', default: false },
        name: { type: 'string' },
        secret: { type: 'string', default: 'x' },
      },
    },
    uiHints: { secret: { sensitive: true } },
  };
  expect(withDefaults(manifest, {})).toEqual({ url: 'https://example.com', on: false });
  expect(withDefaults(manifest, { url: 'https://mine.org', name: 'n' })).toEqual({ url: 'https://mine.org', on: false, name: 'n' });
  expect(withDefaults({ configSchema: {}, uiHints: {} }, {})).toEqual({});
});
