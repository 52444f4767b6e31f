// Who may do what: roles, scopes, and the one decision about a call (SPEC A1).
export const USER_ROLES = ["admin", "member"] as const;
/** What a user is in the deployment. */
export type UserRole = (typeof USER_ROLES)[number];

export const SCOPES = ["full", "chats", "read"] as const;
/**
 * How far the proof reaches with which somebody calls: `full` is everything that the role may, `chats` only chats and what they
 * need, `read` only what changes nothing.
 */
export type Scope = (typeof SCOPES)[number];

/** `chats`: chats, and what somebody needs who works with them. `deployment`: settings, providers, users, keys, usage, audit. */
export type Area = "chats" | "deployment";

/** What a call wants of its caller. */
export interface RouteAccess {
  readonly area: Area;
  readonly changes: boolean;
  /** Absent: any role. */
  readonly role?: "admin";
}

/** What a caller brings. */
export interface Rights {
  readonly role: UserRole;
  readonly scope: Scope;
}

export type AccessDecision =
  | { readonly type: "allowed" }
  | { readonly type: "wrong-scope"; readonly wanted: readonly Scope[] }
  | { readonly type: "wrong-role"; readonly wanted: "admin" };

const ALLOWED: AccessDecision = { type: "allowed" };

/** The scopes that reach such a call. */
export function scopesFor({ area, changes }: RouteAccess): readonly Scope[] {
  return SCOPES.filter((scope) => {
    if (scope === "chats") return area === "chats";
    return scope === "full" || !changes;
  });
}

/** Whether a caller may make such a call. A scope never gives more than the role. */
export function decideAccess({ role, scope }: Rights, access: RouteAccess): AccessDecision {
  if (access.role !== undefined && role !== access.role) return { type: "wrong-role", wanted: access.role };
  const wanted = scopesFor(access);
  return wanted.includes(scope) ? ALLOWED : { type: "wrong-scope", wanted };
}
