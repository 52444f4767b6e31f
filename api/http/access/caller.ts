// Who makes a request, and whether they may.
import {
  type AccessDecision,
  decideAccess,
  type RouteAccess,
  type Scope,
  type UserRole,
} from "../../../core/access/access.ts";
import { assertNever } from "../../../core/assert-never.ts";
import { Refusal } from "../../../core/chat/refusal.ts";

/** With what somebody proved who they are. */
export type CallerProof =
  | {
      readonly type: "key";
      readonly key_id: string;
      readonly key_name: string;
      readonly key_prefix: string;
      readonly expires_at: string | null;
    }
  | { readonly type: "session"; readonly session_id: string; readonly expires_at: string | null }
  | { readonly type: "oidc"; readonly expires_at: string | null }
  | { readonly type: "stream-token"; readonly chat_id: string; readonly expires_at: string | null };

/** Whoever makes a request, as routes see them. */
export interface Caller {
  readonly user: { readonly id: string; readonly name: string; readonly role: UserRole };
  readonly scope: Scope;
  readonly by: CallerProof;
}

/** What a caller proved themselves with, as a name: of a key its id, of other proofs their kind and id. */
export function holderOf({ user, by }: Caller): string {
  switch (by.type) {
    case "key":
      return by.key_id;
    case "session":
      return `session ${by.session_id}`;
    case "oidc":
      return `oidc ${user.id}`;
    case "stream-token":
      return `stream-token ${user.id} ${by.chat_id}`;
    default:
      return assertNever(by);
  }
}

/** Whether a caller sees what only admins see. A key for chats alone shows an admin no more than a member sees. */
export function seesDeployment({ user, scope }: Pick<Caller, "user" | "scope">): boolean {
  return user.role === "admin" && scope !== "chats";
}

/** Throws `Refusal` `forbidden`, which says what is wanted, if this caller may not make such a call. */
export function requireAccess(caller: Caller, access: RouteAccess): void {
  const decision = decideAccess({ role: caller.user.role, scope: caller.scope }, access);
  if (decision.type !== "allowed") throw new Refusal("forbidden", wordsOf(decision, caller));
}

function wordsOf(decision: Exclude<AccessDecision, { type: "allowed" }>, { user, scope }: Caller): string {
  return decision.type === "wrong-role"
    ? `wanted: the role \`${decision.wanted}\`; yours is \`${user.role}\``
    : `wanted: the scope ${decision.wanted.map((each) => `\`${each}\``).join(" or ")}; yours is \`${scope}\``;
}
