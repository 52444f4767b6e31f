// The database as the tools of workspaces see it: an outage is waited for, since the model can do nothing about it (SPEC X8).
import type { Pool } from "../../store/database.ts";
import type { Store } from "../../store/store.ts";
import { inUnit, type Unit } from "../../store/unit.ts";
import { patiently } from "../attempt/patiently.ts";

/** Both may run their work again after an outage, so the work must bear that. They give up when the signal is aborted. */
export interface PatientStore {
  read<T>(signal: AbortSignal, work: (db: Pool) => Promise<T>): Promise<T>;
  /** In one transaction. */
  change<T>(signal: AbortSignal, work: (unit: Unit) => Promise<T>): Promise<T>;
}

export function createPatientStore(store: Store): PatientStore {
  return {
    read: (signal, work) => patiently(signal, () => work(store.pool)),
    change: (signal, work) => patiently(signal, async () => (await inUnit(store, work)).result),
  };
}
