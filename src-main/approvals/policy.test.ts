import { describe, expect, it } from 'vitest';
import { decide, type PolicyConfig } from './policy.ts';

const ask: PolicyConfig = { shell: { mode: 'ask' }, requirePinFor: [] };
const what = (tool: string, effect: Parameters<typeof decide>[0]['effect'], security: PolicyConfig = ask, pinIsSet = true) =>
  decide({ tool, effect }, security, pinIsSet).do;

describe('the policy', () => {
  it('lets reading and talking through, and asks before everything else', () => {
    expect(what('file_read', 'read')).toBe('allow');
    expect(what('ask_user', 'talk')).toBe('allow');
    for (const [tool, effect] of [
      ['shell', 'run'],
      ['file_write', 'write'],
      ['fetch_url', 'network'],
      ['server.anything', 'network'],
    ] as const)
      expect(what(tool, effect)).toBe('ask');
  });

  it('lets the operator switch the shell on and off, and nothing else with it', () => {
    expect(what('shell', 'run', { ...ask, shell: { mode: 'allow' } })).toBe('allow');
    expect(what('shell', 'run', { ...ask, shell: { mode: 'deny' } })).toBe('deny');
    expect(what('run_vercel_deploy', 'run', { ...ask, shell: { mode: 'allow' } })).toBe('ask');
  });

  it('wants the PIN for what requirePinFor names, and denies it where none is set', () => {
    const security = { ...ask, requirePinFor: ['shell', 'file_write', 'file_read'] };
    expect(what('shell', 'run', security)).toBe('pin');
    expect(what('file_edit', 'write', security)).toBe('pin');
    expect(what('file_read', 'read', security)).toBe('pin');
    expect(what('list_dir', 'read', security)).toBe('allow');
    // The operator says "programs", whatever name a skill gives its own.
    expect(what('run_vercel_deploy', 'run', security)).toBe('pin');
    expect(what('shell', 'run', security, false)).toBe('deny');
    // A PIN is more than a switch.
    expect(what('shell', 'run', { ...security, shell: { mode: 'allow' } })).toBe('pin');
    expect(what('shell', 'run', { ...security, shell: { mode: 'deny' } })).toBe('deny');
  });
});
