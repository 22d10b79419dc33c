import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeychainSecretStore, isKeychainShut, keychainTimeLimitMs } from './keychain-secret-store.ts';
import { describeSecretStore } from './secret-store.conformance.ts';

/**
 * Against a real gnome-keyring on a D-Bus of its own: Debian packages `gnome-keyring dbus`. The daemons are children
 * of this file and end with it. The native module reads the bus address from the environment once, so all of it is in
 * one file: unlocked first, then locked, then hung, then gone.
 */
describe.runIf(process.platform === 'linux')('a real Secret Service', () => {
  let folder: string;
  const children: ChildProcess[] = [];
  let keyring: ChildProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'openclaw-keyring-'));
    await chmod(folder, 0o700);
    const env = await startBus(folder, children);
    Object.assign(process.env, env);
    keyring = await startKeyring(folder, children);
  });

  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  describeSecretStore('keychain', async () => {
    const service = `openclaw-test-${randomUUID()}`;
    const open = () => createKeychainSecretStore({ service });
    return { store: open(), reopen: async () => open() };
  });

  it('answers in milliseconds', async () => {
    const store = createKeychainSecretStore({ service: 'openclaw-time' });
    await store.set('signing-key', 'x'.repeat(43));
    const from = performance.now();
    await store.get('signing-key');
    expect(performance.now() - from).toBeLessThan(250);
  });

  it('is an error where the collection is locked and the prompt is dismissed, never "nothing there"', async () => {
    const store = createKeychainSecretStore({ service: 'openclaw-locked' });
    await store.set('signing-key', 'value');
    await lock();
    const errors = [
      await failure(store.get('signing-key')),
      await failure(store.set('signing-key', 'other')),
      await failure(store.delete('signing-key')),
    ];
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'KEYCHAIN_UNAVAILABLE' });
      expect(isKeychainShut(error)).toBe(true);
    }
  });

  it('is an error in time where the prompt is never answered', async () => {
    await writeFile(join(folder, 'prompt-waits'), '');
    const ticks = countTicks();
    const from = performance.now();
    const error = await failure(createKeychainSecretStore({ service: 'openclaw-locked', timeLimitMs: 1_000 }).get('signing-key'));
    expect(error).toMatchObject({ code: 'KEYCHAIN_UNAVAILABLE', message: expect.stringMatching(/within 1 s/) as string });
    expect(performance.now() - from).toBeLessThan(2_500);
    // The wait is on another thread: this one went on.
    expect(ticks.stop()).toBeGreaterThan(20);
  });

  it('is an error in time where the daemon hangs', async () => {
    keyring.kill('SIGSTOP');
    const from = performance.now();
    const error = await failure(createKeychainSecretStore({ service: 'openclaw-hung' }).get('signing-key'));
    keyring.kill('SIGCONT');
    expect(error).toMatchObject({ code: 'KEYCHAIN_UNAVAILABLE' });
    expect(isKeychainShut(error)).toBe(true);
    expect(performance.now() - from).toBeLessThan(keychainTimeLimitMs + 500);
  });

  it('is an error where the service is gone', async () => {
    keyring.kill('SIGKILL');
    await once(keyring, 'exit');
    const store = createKeychainSecretStore({ service: 'openclaw-gone' });
    for (const error of [await failure(store.set('signing-key', 'value')), await failure(store.get('signing-key'))]) {
      expect(error).toMatchObject({ code: 'KEYCHAIN_UNAVAILABLE' });
      expect(isKeychainShut(error)).toBe(false);
    }
  });
});

/** A session bus that knows one service to start: a prompter that shows nothing – it ends at once, or waits for ever. */
const startBus = async (folder: string, children: ChildProcess[]): Promise<NodeJS.ProcessEnv> => {
  const services = join(folder, 'services');
  await mkdir(services);
  const prompter = join(folder, 'prompter.sh');
  await writeFile(prompter, `#!/bin/sh\n[ -e ${folder}/prompt-waits ] && exec sleep 30\nexit 1\n`, { mode: 0o700 });
  await writeFile(join(services, 'prompter.service'), `[D-BUS Service]\nName=org.gnome.keyring.SystemPrompter\nExec=${prompter}\n`);
  const config = join(folder, 'bus.conf');
  await writeFile(
    config,
    `<busconfig><type>session</type><listen>unix:dir=${folder}</listen><auth>EXTERNAL</auth><servicedir>${services}</servicedir>
     <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`,
  );
  const bus = spawn('dbus-daemon', [`--config-file=${config}`, '--nofork', '--print-address'], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(bus);
  return { DBUS_SESSION_BUS_ADDRESS: await firstLine(bus) };
};

const startKeyring = async (folder: string, children: ChildProcess[]): Promise<ChildProcess> => {
  const daemon = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets', `--control-directory=${folder}`], {
    env: {
      ...process.env,
      HOME: folder,
      XDG_DATA_HOME: join(folder, 'share'),
      XDG_CONFIG_HOME: folder,
      XDG_CACHE_HOME: folder,
      XDG_RUNTIME_DIR: folder,
      DISPLAY: '',
      WAYLAND_DISPLAY: '',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  children.push(daemon);
  daemon.stdin.end('test');
  await Promise.race([firstLine(daemon), once(daemon, 'exit')]);
  await dbusSend(
    'org.freedesktop.DBus',
    '/org/freedesktop/DBus',
    'org.freedesktop.DBus.StartServiceByName',
    'string:org.freedesktop.secrets',
    'uint32:0',
  ).catch(() => undefined);
  return daemon;
};

const lock = (): Promise<unknown> =>
  dbusSend(
    'org.freedesktop.secrets',
    '/org/freedesktop/secrets',
    'org.freedesktop.Secret.Service.Lock',
    'array:objpath:/org/freedesktop/secrets/collection/login',
  );

const dbusSend = (destination: string, path: string, ...rest: string[]): Promise<unknown> =>
  promisify(execFile)('dbus-send', ['--session', '--print-reply', `--dest=${destination}`, path, ...rest]);

const firstLine = async (child: ChildProcess): Promise<string> => {
  if (child.stdout === null) throw new TypeError('no stdout');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error(`${child.spawnfile} ended without a word`);
};

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => ({ answered: value }),
    (error: unknown) => error,
  );

const countTicks = () => {
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 20);
  return {
    stop: () => {
      clearInterval(timer);
      return ticks;
    },
  };
};
