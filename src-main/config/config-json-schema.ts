import * as z from 'zod';
import { configSchema } from '../../src-shared/contract/config.ts';

/** JSON Schema (2020-12) of `config.json`, for forms and for editors. Each key is optional, as in the file. */
export const configJsonSchema = (): Record<string, unknown> => ({
  ...z.toJSONSchema(configSchema, { io: 'input' }),
  title: 'OpenClaw config.json',
});
