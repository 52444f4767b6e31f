// Warns once per process and model that the model's chats cannot be compacted automatically (SPEC K1).
import type { Usage } from "../../core/chat/message.ts";
import type { ModelConfigRow } from "../../store/model/resolve-model-config.ts";

interface NoticeLogger {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Returns what is told of each call's usage. */
export function createNoLimitNotice(logger: NoticeLogger) {
  const told = new Set<string>();
  return (model: Pick<ModelConfigRow, "id" | "name" | "context_limit">, usage: Usage): void => {
    if (usage.context_limit !== null || model.context_limit !== null || told.has(model.id)) return;
    told.add(model.id);
    logger.warn(
      { model_config_id: model.id, model_config: model.name },
      "nobody says this model's context limit: give its config a context_limit, or its chats are compacted only on request and when the provider refuses a prompt",
    );
  };
}
