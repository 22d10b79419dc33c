import { AppError } from '../../src-shared/app-error.ts';
import type { Config } from '../../src-shared/contract/config.ts';

/** @throws AppError CHANNEL_UNKNOWN where config.json has no such entry */
export const requireChannel = ({ channels }: Config, id: string): void => {
  if (!Object.hasOwn(channels, id)) throw new AppError('CHANNEL_UNKNOWN', { hint: `config.json has no channels.${id}.` });
};
