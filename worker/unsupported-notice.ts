// Logs once when a model config asks for something that its model does not support.
import type { Logger } from "pino";
import type { UnsupportedSetting } from "../models/provider.ts";
import type { ModelConfigRow } from "../store/model/resolve-model-config.ts";

/** Settings that were logged. Beyond that, one is logged again. */
const toldMax = 10_000;

/** Never dropped silently (SPEC L12), and never a line for each call. */
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
