import { describe, expect, it } from 'vitest';
import { trayIsShown } from './tray-host.ts';

const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus' };
/** A machine with these tools, and what they answer. */
const machine = (answers: Readonly<Record<string, string>>) => {
  const asked: string[] = [];
  const ask = async (command: string): Promise<string | null> => {
    asked.push(command);
    return answers[command] ?? null;
  };
  return { ask, asked };
};

describe('whether a tray icon is seen', () => {
  it.each([
    [{ gdbus: '(true,)\n' }, true],
    [{ gdbus: '(false,)\n', 'dbus-send': '   boolean true\n' }, false],
    [{ 'dbus-send': '   boolean true\n' }, true],
    [{ 'dbus-send': '   boolean false\n' }, false],
    [{ busctl: 'b true\n' }, true],
    [{}, false],
  ])('on Linux is asked of the session bus: %j is %s', async (answers, shown) => {
    expect(await trayIsShown('linux', env, machine(answers).ask)).toBe(shown);
  });

  it('is no on Linux without a session bus, and nobody is asked', async () => {
    const { ask, asked } = machine({ gdbus: '(true,)' });
    expect(await trayIsShown('linux', {}, ask)).toBe(false);
    expect(asked).toEqual([]);
  });

  it('is yes on Windows and macOS', async () => {
    for (const platform of ['win32', 'darwin'] as const) expect(await trayIsShown(platform, {}, machine({}).ask)).toBe(true);
  });

  it('is no where the tools are not there or do not answer', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      expect(await trayIsShown('linux', env)).toBe(false);
    } finally {
      process.env.PATH = path;
    }
  });
});
