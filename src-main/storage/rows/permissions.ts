import type { Approval } from '../../../src-shared/contract/events.ts';
import type { SkillBinding } from '../../../src-shared/contract/routes/skills.ts';
import type { Scope } from '../../../src-shared/models/scope.ts';

export type TokenRow = {
  readonly id: string;
  readonly name: string;
  readonly kind: 'bearer' | 'api-key' | 'console';
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
  readonly requests: number;
  readonly lastAddress: string | null;
  /** SHA-256 (hex) of an API key; null for JWTs, which their MAC vouches for. */
  readonly keyHash: string | null;
  /** The token that minted it; null for those made on this computer or in the console. */
  readonly parentId: string | null;
};

/** `no` orders and pages. */
export type StoredApproval = { readonly no: number; readonly approval: Approval };

/** What is allowed without asking: one exact action of one tool, to one agent. */
export type ApprovalRuleRow = {
  readonly id: string;
  readonly agentId: string;
  readonly tool: string;
  /** Hash of the exact action. */
  readonly key: string;
  /** The action in words. */
  readonly title: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly lastUsedAt: number | null;
  readonly uses: number;
};

/** What a user has confirmed that a tool of a skill runs, for one exact text of that skill. */
export type SkillBindingRow = {
  readonly sha256: string;
  readonly tool: string;
  readonly slug: string;
  readonly binding: SkillBinding;
  readonly confirmedAt: number;
  readonly confirmedBy: string;
};
