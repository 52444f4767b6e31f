// Finds the model that answers, from the process's cache if possible.

import type { Unit } from "../unit.ts";
import { type ModelConfigRow, resolveModelConfig } from "./resolve-model-config.ts";

/**
 * Like `resolveModelConfig`, without a query if the cache knows the answer (SPEC Q5). A config that it does not know
 * may have just been created elsewhere, so then it queries the database.
 */
export async function resolveModel(unit: Unit, wanted: string | null): Promise<ModelConfigRow | null> {
  const { modelBook } = unit.store;
  if (modelBook === undefined) return resolveModelConfig(unit.tx, wanted);
  const configs = await modelBook.read(unit.tx);
  const found = configs.find(wanted === null ? ({ is_default }) => is_default : ({ id }) => id === wanted);
  return found ?? resolveModelConfig(unit.tx, wanted);
}
