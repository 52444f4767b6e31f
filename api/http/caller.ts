// Who makes a request.
import { Refusal } from "../../core/chat/refusal.ts";
import type { UserRole } from "../../store/access/api-keys.ts";

/** The user behind an API key, as routes see them. */
export interface Caller {
  readonly user_id: string;
  readonly user_name: string;
  readonly role: UserRole;
  readonly key_id: string;
  readonly key_name: string;
  readonly key_prefix: string;
  readonly key_expires_at: string | null;
}

/** @throws Refusal `forbidden` */
export function requireAdmin({ role }: Pick<Caller, "role">): void {
  if (role !== "admin") throw new Refusal("forbidden", "only admins may do that");
}
