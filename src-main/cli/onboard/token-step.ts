import { snippets } from '../../../src-shared/snippets.ts';
import type { Step } from './wizard.ts';

/** A first token, and a curl with it that runs as it stands. */
export const tokenStep: Step = async ({ admin, ask, say, baseUrl, stdout }) => {
  if (!(await ask.yes('Mint a token for a script or another program?', true))) return;
  const name = await ask.type('What is it for?', {
    initial: 'my-dev-client',
    problem: (typed) => (typed.trim() === '' ? 'A name, so that you know it later.' : undefined),
  });
  const { secret } = (await admin.call('createToken', { body: { name: name.trim(), kind: 'bearer', expiresIn: '30d' } })).body;
  say.success('Valid for 30 days. Try it in another terminal:');
  // Nothing drawn around it, so that it can be copied; on stdout, since it is what comes out of all this.
  stdout.write(`\n${snippets.bearer[0].code({ baseUrl, secret }).trim()}\n\n`);
};
