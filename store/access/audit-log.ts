// Who did what to the deployment, its users, keys and shares, and from where (SPEC A8). Rows are written in the transaction of
// the act, and never changed.
import { v7 as uuidv7 } from "uuid";
import type { JsonObject } from "../../core/part/part.ts";
import type { Queryable } from "../database.ts";

/** Who acts, and from where. */
export interface Actor {
  /** Null: nobody who has a user, such as the command line. */
  readonly user_id: string | null;
  /** With what the actor proved who they are. */
  readonly kind: "key" | "session" | "oidc" | "command-line" | "system";
  readonly address: string | null;
  readonly request_id: string | null;
}

export interface AuditEntry {
  /** Such as `user.suspend`. */
  readonly action: string;
  /** Such as `user`. */
  readonly target_type: string;
  /** Null: there is only one. */
  readonly target_id: string | null;
  /** What was changed, without secrets. */
  readonly detail?: JsonObject;
}

/** Notes an act. Call it in the act's transaction. */
export async function writeAudit(tx: Queryable, actor: Actor, entry: AuditEntry): Promise<void> {
  await tx.query(
    `insert into audit_log (id, actor_user_id, actor_kind, action, target_type, target_id, detail, address, request_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      uuidv7(),
      actor.user_id,
      actor.kind,
      entry.action,
      entry.target_type,
      entry.target_id,
      JSON.stringify(entry.detail ?? {}),
      actor.address,
      actor.request_id,
    ],
  );
}
