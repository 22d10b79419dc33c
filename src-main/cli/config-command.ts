import { readFileSync } from 'node:fs';
import { parseConfig, sayProblem } from '../config/parse-config.ts';
import { locateHome } from '../home.ts';
import { connectAdmin, unreachable } from './admin-client.ts';
import type { CliPorts } from './run-cli.ts';

export const printPath = (ports: CliPorts): void => void ports.stdout.write(`${locateHome(ports.env).config}\n`);

/** Exit code 78 where the file cannot be used. */
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
  const { problems } = parseConfig(text);
  for (const problem of problems) ports.stdout.write(`${file}: ${sayProblem(problem)}\n`);
  if (problems.length === 0) ports.stderr.write(`${file} is good.\n`);
  return problems.length === 0 ? 0 : 78;
};

/** The key comes by stdin, so that it stands in no shell history and no process list. */
export const setKey = async (name: string, ports: CliPorts): Promise<void> => {
  const admin = await connectAdmin(ports.env);
  if (!admin) throw unreachable();
  if ('isTTY' in ports.stdin && ports.stdin.isTTY) ports.stderr.write(`Paste the key for "${name}" and press Enter, then Ctrl-D:\n`);
  let key = '';
  for await (const chunk of ports.stdin) key += String(chunk);
  const { body } = await admin.call('setModelKey', { body: { name, key } });
  ports.stderr.write(`The key "${body.name}" is in the ${body.backend} store. Name it in config.json: models.<id>.keyRef\n`);
};
