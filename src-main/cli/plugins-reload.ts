import { connectAdmin } from './admin-client.ts';
import { reviewInWords, sendArchive } from './channels-install.ts';
import type { CliPorts } from './run-cli.ts';
import { saysYes } from './says-yes.ts';
import { withPin } from './with-pin.ts';

/**
 * Brings what `plugins dev` has built into the gateway that runs. Asks the first time, and again when the plugin asks for other
 * things than were agreed to; the PIN is remembered for as long as this process lives.
 *
 * @returns what to tell the author
 */
export const createReload = ({ yes }: { readonly yes?: boolean }, ports: CliPorts): ((file: string) => Promise<string>) => {
  const agreed = new Map<string, string>();
  let pin: string | null = null;
  return async (file) => {
    const admin = await connectAdmin(ports.env);
    if (!admin) return 'No gateway runs that could take it up.';
    const review = await sendArchive(admin, file);
    const { id } = review.plugin;
    if (review.replaces?.sha256 === review.sha256) return `The gateway has this ${id} already.`;
    const asks = review.asks.join('\n');
    if (!yes && agreed.get(id) !== asks) {
      ports.stderr.write(reviewInWords(review));
      if (!(await saysYes(ports))) return 'Nothing was installed.';
    }
    agreed.set(id, asks);
    await withPin({}, ports, async (asked) => {
      pin = asked ?? pin;
      return admin.call('confirmPlugin', { params: { id: review.id }, body: { sha256: review.sha256 } }, pin);
    });
    const { channels } = (await admin.call('listChannels', {})).body;
    const running = channels.filter(({ plugin, enabled }) => plugin === id && enabled).map((channel) => channel.id);
    return running.length > 0
      ? `The gateway runs it anew: ${running.join(', ')}.`
      : `The gateway has it. Switch it on: openclaw channels enable ${id}`;
  };
};
