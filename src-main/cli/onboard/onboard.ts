import { intro, log, outro, spinner } from '@clack/prompts';
import { AppError } from '../../../src-shared/app-error.ts';
import { openGateway } from '../../open-gateway.ts';
import { type AdminClient, connectAdmin, unreachable } from '../admin-client.ts';
import { endOf, stopAfter } from '../gateway-command.ts';
import type { CliPorts } from '../run-cli.ts';
import { type Ask, askAt, Left } from './ask.ts';
import { channelStep } from './channel-step.ts';
import { modelStep } from './model-step.ts';
import { pinStep } from './pin-step.ts';
import { tokenStep } from './token-step.ts';
import type { Step, Wizard } from './wizard.ts';

const steps: readonly Step[] = [modelStep, pinStep, tokenStep, channelStep];

/**
 * From nothing to a first answer, in the terminal. Speaks to the gateway on this home; where none runs, it runs one
 * meanwhile, and goes on running it if that is wanted. Resolves to the exit code.
 *
 * @throws AppError BAD_REQUEST where there is no terminal; as the gateway's start
 */
export const onboard = async (ports: CliPorts): Promise<number> => {
  const ask = askAt(ports);
  const running = await connectAdmin(ports.env);
  if (running) {
    await lead(running, ask, ports);
    return 0;
  }
  const { gateway } = openGateway({ env: ports.env, stderr: null });
  await gateway.start();
  let stays = false;
  try {
    const admin = await connectAdmin(ports.env);
    if (!admin) throw unreachable();
    stays = (await lead(admin, ask, ports)) && (await orLeft(ask.yes('Keep the gateway running in this terminal?', true))) === true;
  } finally {
    if (!stays) await gateway.stop();
  }
  if (!stays) {
    ports.stderr.write('The gateway is stopped. Start it: openclaw gateway\n');
    return 0;
  }
  ports.stderr.write('Ctrl-C stops it.\n');
  return stopAfter(endOf(ports.stderr), gateway, ports.stderr);
};

/** Resolves to whether it came to its end. */
const lead = async (admin: AdminClient, ask: Ask, { stdout, stderr }: CliPorts): Promise<boolean> => {
  const at = { output: stderr as NodeJS.WriteStream };
  const { url } = (await admin.call('createSignInLink', {})).body;
  const wizard: Wizard = {
    ...{ admin, ask, stdout, stderr, baseUrl: new URL('.', url).href },
    busy: (what) => {
      const turning = spinner(at);
      turning.start(what);
      return (done) => turning.stop(done);
    },
    say: { info: (words) => log.info(words, at), success: (words) => log.success(words, at), error: (words) => log.error(words, at) },
  };
  intro('OpenClaw: model, PIN, first token, channels. Escape leaves; what is done stays.', at);
  for (const step of steps) {
    const left = await orLeft(step(wizard)).catch((thrown: unknown) => {
      const { message, hint } = AppError.from(thrown);
      wizard.say.error(`${message}${hint === undefined ? '' : `\n${hint}`}`);
    });
    if (left === 'left') {
      outro('Left. Go on at any time: openclaw onboard', at);
      return false;
    }
  }
  outro(`The console: ${url}\n   The link signs one browser in, once, within 10 minutes.`, at);
  return true;
};

/** Who leaves a question is not in error. */
const orLeft = async <T>(asked: Promise<T>): Promise<T | 'left'> => {
  try {
    return await asked;
  } catch (thrown) {
    if (thrown instanceof Left) return 'left';
    throw thrown;
  }
};
