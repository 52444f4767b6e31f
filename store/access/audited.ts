// An act and its row in the audit log, in one transaction.
import { type Tx, withTransaction } from "../database.ts";
import type { Store } from "../store.ts";
import { type AuditEntry, writeAudit } from "./audit-log.ts";

/** Runs an act and notes it. What nobody does, such as seeding at the start, is not noted. */
export async function audited<T>(
  store: Pick<Store, "pool" | "actor">,
  entry: AuditEntry,
  act: (tx: Tx) => Promise<T>,
): Promise<T> {
  return withTransaction(store.pool, async (tx) => {
    const done = await act(tx);
    await note(tx, store, entry);
    return done;
  });
}

/** Notes an act in a transaction that is open already. */
export async function note(tx: Tx, { actor }: Pick<Store, "actor">, entry: AuditEntry): Promise<void> {
  if (actor !== undefined) await writeAudit(tx, actor, entry);
}
