import { describe, expect, it } from 'vitest';
import { skillBindingSchema } from '../../../src-shared/contract/routes/skills.ts';
import { bindingOf, formOf } from './binding-form.ts';

const of = (binding: object) => skillBindingSchema.parse(binding);
const form = (changes: object) => ({ ...formOf({ binding: null, suggestion: null }), ...changes });

describe('the form of a binding', () => {
  it.each([
    { kind: 'command', argv: ['vercel', '--prod'], cwd: 'app', env: ['VERCEL_TOKEN'] },
    { kind: 'script', file: 'scripts/run.sh', argv: ['{town}'], stdin: 'json' },
    { kind: 'http', method: 'GET', url: 'https://api.example/{id}', args: 'query', headers: { Authorization: 'Bearer x', Accept: 'a: b' } },
    { kind: 'http', method: 'POST', url: 'http://127.0.0.1:3000/', args: 'json', private: true, timeoutMs: 5_000 },
    { kind: 'mcp', tool: 'github.search' },
    { kind: 'tool', tool: 'fetch_url' },
  ])('gives back what was confirmed: $kind', (binding) => {
    expect(bindingOf(formOf({ binding: of(binding), suggestion: null }), of(binding))).toEqual(binding);
  });

  it('begins with what the description suggests, which stays there while another kind is looked at', () => {
    const suggested = formOf({ binding: null, suggestion: ['vercel', 'deploy'] });
    expect(bindingOf(suggested, null)).toEqual({ kind: 'command', argv: ['vercel', 'deploy'] });
    const before = of({ kind: 'tool', tool: 'fetch_url' });
    expect(bindingOf({ ...formOf({ binding: before, suggestion: ['vercel'] }), kind: 'command' }, before)).toEqual({
      kind: 'command',
      argv: ['vercel'],
    });
  });

  it('is not complete without what it runs', () => {
    for (const changes of [
      {},
      { kind: 'script' },
      { kind: 'http' },
      { kind: 'http', url: 'https://a', headers: 'none' },
      { kind: 'mcp', tool: ' ' },
    ])
      expect(bindingOf(form(changes), null)).toBeNull();
  });
});
