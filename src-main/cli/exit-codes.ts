import type { AppError } from '../../src-shared/app-error.ts';

/** 0 done, 1 failed, 2 usage, 69 gateway not reachable, 75 port taken or busy, 78 bad config and no last good one. */
export const exitCodeOf = (error: AppError): number => {
  switch (error.code) {
    case 'PORT_TAKEN':
    case 'HOME_IN_USE':
      return 75;
    case 'CONFIG_BAD':
      return 78;
    case 'GATEWAY_UNREACHABLE':
      return 69;
    case 'BAD_REQUEST':
      return 2;
    default:
      return 1;
  }
};
