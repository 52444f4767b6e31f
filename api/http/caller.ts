// The API speaks HTTP and the store; this file: who makes a request.
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
