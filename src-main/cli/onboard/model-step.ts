import { choicesOf, type ModelChoice, type ModelPlan, patchFor, planOf, problemOf } from '../../../src-shared/model-choice.ts';
import type { Step, Wizard } from './wizard.ts';

type Found = Parameters<typeof choicesOf>[0];

/** A model for the agents: looked for, chosen, tried by one real call, kept. */
export const modelStep: Step = async (wizard) => {
  const { admin, ask, say } = wizard;
  const looking = wizard.busy('Looking for models on this computer');
  const found = (await admin.call('discoverModels', {})).body;
  looking('Looked for models on this computer');

  for (;;) {
    const choice = await choose(wizard, found);
    if (choice.kind === 'offline')
      return say.info('The built-in offline model answers, which is no language model. Later: openclaw onboard');
    const plan = planOf(choice);
    if (await answers(wizard, plan)) return keep(wizard, plan);
    const next = await ask.choose('What now?', [
      { value: 'again', label: 'Choose anew' },
      { value: 'keep', label: 'Keep it all the same' },
      { value: 'leave', label: 'Go on without a language model' },
    ]);
    if (next === 'keep') return keep(wizard, plan);
    if (next === 'leave') return;
  }
};

const choose = async ({ ask }: Wizard, found: Found): Promise<ModelChoice> => {
  const choices = choicesOf(found);
  const choice = await ask.choose(
    'Which model should your agents use?',
    choices.map((value) => ({ value, ...inWords(value) })),
  );
  if (choice.kind === 'offline') return choice;
  if (choice.kind === 'server')
    return {
      ...choice,
      model: await ask.choose(
        'Which one of them?',
        choice.models.map((value) => ({ value, label: value })),
      ),
    };
  if (choice.kind === 'variable') return { ...choice, model: await askModel(choice, { ask }, found) };

  const provider = await ask.choose(
    'Whose?',
    found.providers.map(({ provider: value, name }) => ({ value, label: name })),
  );
  const preset = found.providers.find((one) => one.provider === provider);
  const typed: Provider = { ...choice, provider, model: preset?.model ?? '' };
  const baseUrl =
    provider === 'openai-compatible'
      ? await ask.type('Its address', {
          hint: 'http://127.0.0.1:8080/v1',
          problem: (text) =>
            text.trim() === '' || problemOf({ ...typed, baseUrl: text }, found) === 'address'
              ? 'An address begins with http:// or https://, and goes as far as /v1.'
              : undefined,
        })
      : '';
  const key = await ask.hide(preset?.needsKey ? 'API key (goes into the keychain)' : 'API key, if the server asks for one', (text) =>
    problemOf({ ...typed, baseUrl: baseUrl || 'http://localhost', model: 'any', key: text ?? '' }, found) === null
      ? undefined
      : 'A key has at least 8 characters.',
  );
  const whole = { ...typed, baseUrl, key: key ?? '' };
  return { ...whole, model: await askModel(whole, { ask }, found) };
};

type Provider = Extract<ModelChoice, { kind: 'provider' }>;

const askModel = <C extends Exclude<ModelChoice, { kind: 'offline' }>>(
  choice: C,
  { ask }: Pick<Wizard, 'ask'>,
  found: Found,
): Promise<string> =>
  ask.type("The provider's name of the model", {
    initial: choice.model,
    problem: (text) => (problemOf({ ...choice, model: text }, found) === 'incomplete' ? 'Which model?' : undefined),
  });

const inWords = (choice: ModelChoice): { readonly label: string; readonly hint: string } => {
  switch (choice.kind) {
    case 'server':
      return { label: choice.name, hint: `on this computer, at ${choice.baseUrl}` };
    case 'variable':
      return { label: choice.name, hint: `with the key in ${choice.variable}` };
    case 'provider':
      return { label: 'A provider, or a server of your own', hint: 'with an API key' };
    case 'offline':
      return { label: 'None for now', hint: 'the built-in offline model answers commands only' };
  }
};

/** One real call. */
const answers = async (wizard: Wizard, { entry, key }: ModelPlan): Promise<boolean> => {
  const calling = wizard.busy('Asking it something');
  const { ok, model, reply, durationMs, error } = (
    await wizard.admin.call('testModel', { body: { model: entry, ...(key === null ? {} : { key }) } })
  ).body;
  calling(ok ? `${model} answered in ${durationMs} ms` : 'It did not answer');
  if (ok) wizard.say.success(reply.trim().slice(0, 300));
  else wizard.say.error(`${error?.message ?? 'Nobody knows why.'}${error?.hint === undefined ? '' : `\n${error.hint}`}`);
  return ok;
};

const keep = async ({ admin, say }: Wizard, plan: ModelPlan): Promise<void> => {
  if (plan.key !== null) {
    const { backend } = (await admin.call('setModelKey', { body: { name: plan.id, key: plan.key } })).body;
    say.info(`The key is in the ${backend} store.`);
  }
  const { config } = (await admin.call('getConfig', {})).body;
  const models = (config as { readonly models?: Readonly<Record<string, ModelPlan['entry']>> }).models;
  await admin.call('patchConfig', { body: patchFor(plan, models?.[plan.id]) });
  say.success(`Agent main uses ${plan.id} now.`);
};
