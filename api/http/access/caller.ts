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

/** What somebody can prove who they are with. */
export type OwnProof =
  | {
      readonly type: "key";
      readonly key_id: string;
      readonly key_name: string;
      readonly key_prefix: string;
      readonly expires_at: string | null;
    }
  | { readonly type: "session"; readonly session_id: string; readonly expires_at: string | null }
  | { readonly type: "oidc"; readonly expires_at: string | null };

/** With what somebody proved who they are, themselves or by a token for one stream that they were given. */
export type CallerProof =
  | OwnProof
  | {
      readonly type: "stream-token";
      readonly chat_id: string;
      /** The proof of whoever was given the token: the stream ends with it. */
      readonly of: OwnProof;
      readonly expires_at: string | null;
    };

/** Whoever makes a request, as routes see them. */
export interface Caller {
  readonly user: { readonly id: string; readonly name: string; readonly role: UserRole };
  readonly scope: Scope;
  readonly by: CallerProof;
}

export function ownProof(by: CallerProof): OwnProof {
  return by.type === "stream-token" ? by.of : by;
}

/** The API key that the caller has used; null: none. */
export function keyOf({ by }: Caller): string | null {
  const proof = ownProof(by);
  return proof.type === "key" ? proof.key_id : null;
}

/** Whether the time of a proof is over. Whether it was taken back before is for the database to say. */
export function isPast({ expires_at }: Pick<CallerProof, "expires_at">, now: number): boolean {
  return expires_at !== null && Date.parse(expires_at) <= now;
}

/** What a caller proved themselves with, as a name: of a key its id, of other proofs their kind and id. */
export function holderOf({ user, by: proof }: Pick<Caller, "user" | "by">): string {
  const by = ownProof(proof);
  switch (by.type) {
    case "key":
      return by.key_id;
    case "session":
      return `session ${by.session_id}`;
    case "oidc":
      return `oidc ${user.id}`;
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
