// The worker is a composition root. This file: a model config that asks for what its model does not take is told of once.
import type { Logger } from "pino";
import type { UnsupportedSetting } from "../models/provider.ts";
import type { ModelConfigRow } from "../store/model/resolve-model-config.ts";

/** Settings remembered as told; past that one is told again. */
const toldMax = 10_000;

/** Never silently dropped (SPEC L12), and never a line for each call. */
export function createUnsupportedNotice(logger: Logger) {
  const told = new Set<string>();
  return (model: Pick<ModelConfigRow, "id" | "model">, settings: readonly UnsupportedSetting[]): void => {
    for (const { setting, why } of settings) {
      const name = `${model.id} ${setting} ${why}`;
      if (told.has(name)) continue;
      if (told.size >= toldMax) told.clear();
      told.add(name);
      logger.warn({ model_config_id: model.id, model: model.model, setting }, `setting not kept: ${why}`);
    }
  };
}
