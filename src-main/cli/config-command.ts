import { readFileSync } from 'node:fs';
import { AppError } from '../../src-shared/app-error.ts';
import { routes } from '../../src-shared/contract/rest.ts';
import { providerKeyName } from '../agents/models/resolve-model.ts';
import { configJsonSchema } from '../config/config-json-schema.ts';
import { parseConfig, readJsonc, sayProblem } from '../config/parse-config.ts';
import { locateHome } from '../home.ts';
import { connectAdmin } from './admin-client.ts';
import { openConfigDoor } from './config-door.ts';
import { parseKey, patchTo, valueAt } from './config-key.ts';
import { withStore } from './open-store.ts';
import type { CliPorts } from './run-cli.ts';
import { withPin } from './with-pin.ts';

export const printPath = (ports: CliPorts): void => void ports.stdout.write(`${locateHome(ports.env).config}\n`);

export const printSchema = (ports: CliPorts): void => void ports.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);

export const get = async (key: string | undefined, options: { json?: boolean }, ports: CliPorts): Promise<void> => {
  const path = key === undefined ? [] : parseKey(key);
  const value = valueAt(await (await openConfigDoor(ports)).config(), path);
  ports.stdout.write(`${typeof value === 'string' && !options.json ? value : JSON.stringify(value, null, 2)}\n`);
};

export const set = (key: string, text: string, options: { pinStdin?: boolean }, ports: CliPorts): Promise<void> =>
  change(parseKey(key), readValue(text), options, ports);

export const unset = (key: string, options: { pinStdin?: boolean }, ports: CliPorts): Promise<void> =>
  change(parseKey(key), undefined, options, ports);

const change = async (path: readonly string[], value: unknown, options: { pinStdin?: boolean }, ports: CliPorts): Promise<void> => {
  const door = await openConfigDoor(ports);
  const patch = patchTo(path, readJsonc(await door.text()), value);
  ports.stderr.write(`${await withPin(options, ports, (pin) => door.patch(patch, pin))}\n`);
};

/** What is no JSON is text: `openclaw config set logs.level debug` */
const readValue = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Exit code 78 where the file, or a part of it, cannot be used. */
export const validate = (ports: CliPorts): number => {
  const { config: file } = locateHome(ports.env);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    ports.stderr.write(`There is no ${file}; the defaults are in force.\n`);
    return 0;
  }
  const parsed = parseConfig(text);
  const problems = [...parsed.problems, ...parsed.skipped];
  for (const problem of problems) ports.stdout.write(`${file}: ${sayProblem(problem)}\n`);
  if (problems.length === 0) ports.stderr.write(`${file} is good.\n`);
  return problems.length === 0 ? 0 : 78;
};

/** The key comes by stdin, so that it stands in no shell history and no process list. */
export const setKey = async (name: string, ports: CliPorts): Promise<void> => {
  if ('isTTY' in ports.stdin && ports.stdin.isTTY) ports.stderr.write(`Paste the key for "${name}" and press Enter, then Ctrl-D:\n`);
  let typed = '';
  for await (const chunk of ports.stdin) typed += String(chunk);
  const parsed = routes.setModelKey.body.safeParse({ name, key: typed });
  if (!parsed.success)
    throw new AppError('BAD_REQUEST', {
      message: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    });
  const { key } = parsed.data;
  const admin = await connectAdmin(ports.env);
  const backend = admin
    ? (await admin.call('setModelKey', { body: { name, key } })).body.backend
    : await withStore(ports, 'remembered', async (_database, secrets) => {
        await secrets.set(providerKeyName(name), key);
        return secrets.backend;
      });
  ports.stderr.write(`The key "${name}" is in the ${backend} store. Name it in config.json: models.<id>.keyRef\n`);
};
