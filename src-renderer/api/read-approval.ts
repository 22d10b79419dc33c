import * as z from 'zod';
import { type Approval, approvalSchema } from '../../src-shared/contract/events.ts';
import type { ServerFrame } from '../../src-shared/contract/ws.ts';

const dataSchema = z.object({ approval: approvalSchema });

/** @returns what an event of the topic `approvals` is about; null for every other frame */
export const readApproval = (frame: ServerFrame): Approval | null => {
  if (frame.type !== 'event' || frame.topic !== 'approvals') return null;
  const parsed = dataSchema.safeParse(frame.data);
  return parsed.success ? parsed.data.approval : null;
};
