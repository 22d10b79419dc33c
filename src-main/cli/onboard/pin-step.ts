import { pinSchema } from '../../../src-shared/contract/routes/tokens.ts';
import type { Step } from './wizard.ts';

/** A PIN for what is risky, or none. */
export const pinStep: Step = async ({ admin, ask, say }) => {
  if ((await admin.call('getPin', {})).body.set) return say.info('A PIN is set already. To change it: openclaw pin set');
  if (!(await ask.yes('Set a PIN, to be asked for before what is risky?', true))) return;
  const pin = await ask.hide('PIN: 4 to 12 digits, or a passphrase', (typed) => pinSchema.safeParse(typed).error?.issues[0]?.message);
  await ask.hide('Once more', (typed) => (typed === pin ? undefined : 'These are two different ones.'));
  await admin.call('setPin', { body: { pin } });
  say.success('The PIN is set.');
};
