// The store is the only room with SQL. This file: which model answers, out of what the process keeps of the configs.

import type { Unit } from "../unit.ts";
import { type ModelConfigRow, resolveModelConfig } from "./resolve-model-config.ts";

/**
 * As `resolveModelConfig`, without asking the database where the kept configs know (SPEC Q5). One that they do not know
 * may have been made a moment ago elsewhere, so about that one the database is asked.
 */
export async function resolveModel(unit: Unit, wanted: string | null): Promise<ModelConfigRow | null> {
  const { modelBook } = unit.store;
  if (modelBook === undefined) return resolveModelConfig(unit.tx, wanted);
  const configs = await modelBook.read(unit.tx);
  const found = configs.find(wanted === null ? ({ is_default }) => is_default : ({ id }) => id === wanted);
  return found ?? resolveModelConfig(unit.tx, wanted);
}
