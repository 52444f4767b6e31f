// The settings with which a model config is called.
import type { CallConfig } from "../../models/provider.ts";
import type { ModelConfigRow } from "../../store/model/resolve-model-config.ts";

/** The config's settings; of reasoning efforts the chat's choice, else the config's, up to its maximum (SPEC L11). */
export function callConfig(model: ModelConfigRow, chosenEffort: string | null): CallConfig {
  const effort = chosenEffort ?? model.reasoning_effort;
  const most = model.reasoning_effort_max;
  return {
    ...model.settings,
    ...(effort !== null && { reasoning_effort: effort }),
    ...(most !== null && { reasoning_effort_max: most }),
  };
}
