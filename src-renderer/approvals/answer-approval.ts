import { ApiError } from '../api/api-error.ts';
import type { HttpClient } from '../api/http-client.ts';
import type { PinPrompt } from '../pin/pin-prompt.ts';

export type Remember = 'once' | 'session' | 'always';

/** @returns null once it is answered, or where the user did not want to give the PIN; else what went wrong */
export type AnswerApproval = (id: string, decision: 'approve' | 'deny', remember?: Remember) => Promise<ApiError | null>;

export const createAnswerApproval =
  ({ http, pin }: { readonly http: HttpClient; readonly pin: PinPrompt }): AnswerApproval =>
  async (id, decision, remember = 'once') => {
    try {
      await pin.withPin((given) => http.call('answerApproval', { params: { id }, body: { decision, remember } }, { pin: given }));
      return null;
    } catch (thrown) {
      return ApiError.from(thrown);
    }
  };
