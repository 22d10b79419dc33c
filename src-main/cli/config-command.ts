import { readFileSync } from 'node:fs';
import { parseConfig } from '../config/parse-config.ts';
import { locateHome } from '../home.ts';
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
  for (const problem of problems) ports.stdout.write(`${file}: ${problem}\n`);
  if (problems.length === 0) ports.stderr.write(`${file} is good.\n`);
  return problems.length === 0 ? 0 : 78;
};
