// Chooses the models that may describe a chat, in the order in which they are asked.
import { type ModelConfigRow, readUsableModelConfigs } from "../model/resolve-model-config.ts";
import type { Store } from "../store.ts";

export interface DescribingChoice {
  /** Id or name of a model config, or `provider/model`; undefined if none is set. */
  readonly small: string | undefined;
  /** The chat's own model. If it is gone, the default (SPEC Q5). */
  readonly own: string | null;
}

/** The small model, then the chat's own, each once. Empty if no model is configured. */
export async function describingModels(
  { pool, modelBook }: Store,
  { small, own }: DescribingChoice,
): Promise<readonly ModelConfigRow[]> {
  const configs = await (modelBook?.read(pool) ?? readUsableModelConfigs(pool));
  const named = ({ id, name, provider, model }: ModelConfigRow) =>
    small !== undefined && [id, name, `${provider}/${model}`].includes(small);
  const ofChat = configs.find(({ id }) => id === own) ?? configs.find(({ is_default }) => is_default);
  const models = [configs.find(named), ofChat].filter((model) => model !== undefined);
  return [...new Set(models)];
}
