// The settings with which a model config is called.
import type { TurnCallConfig } from "../../core/tool/turn-options.ts";
import type { CallConfig } from "../../models/provider.ts";
import type { ModelConfigRow } from "../../store/model/resolve-model-config.ts";

/**
 * The config's settings, with the message's own in their place; of reasoning efforts the chat's choice, else the config's, up to
 * its maximum (SPEC L11).
 */
export function callConfig(
  model: ModelConfigRow,
  chosenEffort: string | null,
  own: TurnCallConfig = {},
): CallConfig {
  const effort = chosenEffort ?? model.reasoning_effort;
  const most = model.reasoning_effort_max;
  return {
    ...model.settings,
    ...own,
    ...outputLimit(model.settings.max_output_tokens, own.max_output_tokens),
    ...(effort !== null && { reasoning_effort: effort }),
    ...(most !== null && { reasoning_effort_max: most }),
  };
}

/** A message may shorten its answers. The config's limit is what the deployment pays for. */
function outputLimit(limit: unknown, wanted: number | undefined): Pick<CallConfig, "max_output_tokens"> {
  if (wanted === undefined) return {};
  return { max_output_tokens: typeof limit === "number" ? Math.min(limit, wanted) : wanted };
}
