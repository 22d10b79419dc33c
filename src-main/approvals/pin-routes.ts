import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import type { Pin } from './pin.ts';

type Ids = 'getPin' | 'setPin' | 'clearPin';
export type PinRoutes = {
  readonly [Id in Ids]: (input: RouteInput<Id>, info: { readonly pin: string | null }) => Promise<RouteAnswer<Id>>;
};

export const createPinRoutes = (pin: Pin): PinRoutes => ({
  getPin: async () => ({ status: 200, body: pin.state() }),
  setPin: async ({ body }, info) => {
    await pin.set(body.pin, info.pin);
    return { status: 200, body: { set: true } };
  },
  clearPin: async (_input, info) => {
    await pin.clear(info.pin);
    return { status: 200, body: { set: false } };
  },
});
