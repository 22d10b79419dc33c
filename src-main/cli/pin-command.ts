import { randomBytes } from 'node:crypto';
import { AppError } from '../../src-shared/app-error.ts';
import { pinSchema } from '../../src-shared/contract/routes/tokens.ts';
import { createPin, type Pin } from '../approvals/pin.ts';
import { systemClock } from '../clock.ts';
import { type AdminClient, connectAdmin } from './admin-client.ts';
import { openSecretPrompt } from './ask-secret.ts';
import { withStore } from './open-store.ts';
import type { CliPorts } from './run-cli.ts';
import { withPin } from './with-pin.ts';

/** With the gateway up: through its admin socket. With it down: straight on the store. */

/** At the terminal it is asked for twice; elsewhere stdin has the old one, where there is one, and then the new one. */
export const set = async (ports: CliPorts): Promise<void> => {
  await withDoor(ports, async (pin) => {
    const prompt = openSecretPrompt(ports);
    try {
      const old = (await pin.state()).set ? await prompt.ask('Old PIN: ') : null;
      const wanted = pinSchema.safeParse(await prompt.ask('New PIN (4-12 digits, or a passphrase): '));
      if (!wanted.success) throw new AppError('BAD_REQUEST', { message: wanted.error.issues[0]?.message ?? 'This is no PIN.' });
      if (prompt.isTerminal && (await prompt.ask('Once more: ')) !== wanted.data)
        throw new AppError('BAD_REQUEST', { message: 'These were two different ones; nothing was changed.' });
      await pin.set(wanted.data, old);
    } finally {
      prompt.close();
    }
  });
  ports.stderr.write('The PIN is set.\n');
};

export const clear = async (ports: CliPorts): Promise<void> => {
  await withDoor(ports, (pin) => withPin({ pinStdin: true }, ports, pin.clear));
  ports.stderr.write('There is no PIN now.\n');
};

export const status = async (options: { json?: boolean }, ports: CliPorts): Promise<void> => {
  const state = await withDoor(ports, async (pin) => pin.state());
  const locked = state.lockedUntil === null ? '' : `, locked until ${new Date(state.lockedUntil).toISOString()}`;
  ports.stdout.write(options.json ? `${JSON.stringify(state)}\n` : `${state.set ? 'set' : 'not set'}${locked}\n`);
};

type Door = Pick<Pin, 'set' | 'clear'> & { readonly state: () => ReturnType<Pin['state']> | Promise<ReturnType<Pin['state']>> };

const withDoor = async <T>(ports: CliPorts, use: (pin: Door) => Promise<T>): Promise<T> => {
  const admin = await connectAdmin(ports.env);
  return admin
    ? use(throughGateway(admin))
    : withStore(ports, 'remembered', async (database, secrets) =>
        use(await createPin({ database, secrets, clock: systemClock, randomBytes })),
      );
};

const throughGateway = (admin: AdminClient): Door => ({
  state: async () => (await admin.call('getPin', {})).body,
  set: async (pin, given) => void (await admin.call('setPin', { body: { pin } }, given)),
  clear: async (given) => void (await admin.call('clearPin', {}, given)),
});
