// Routes: the models a caller may choose from.
import { z } from "zod";
import { Refusal } from "../../core/refusal.ts";
import { type ListedModelConfig, listModelConfigs, readModelConfig } from "../../store/model-configs.ts";
import type { ApiDeps } from "../deps.ts";
import { type Route, route } from "../route.ts";
import { modelConfig } from "../schemas/model-config.ts";
import { modelConfigPath } from "../schemas/params.ts";

const tag = "Models";
const modelConfigPage = z
  .strictObject({ items: z.array(modelConfig), next_cursor: z.null() })
  .meta({ id: "ModelConfigPage" });

export function modelConfigRoutes(deps: ApiDeps): Route[] {
  return [list(deps), read(deps)];
}

function list(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/model-configs",
    summary: "List model configs, the default first",
    tag,
    query: z.strictObject({}),
    responses: { 200: { description: "All model configs", schema: modelConfigPage } },
    async handler() {
      const configs = await listModelConfigs(deps.store.pool);
      return { status: 200, body: { items: configs.map(toWire), next_cursor: null } };
    },
  });
}

function read(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/model-configs/{model_config}",
    summary: "Read a model config",
    tag,
    params: modelConfigPath,
    responses: { 200: { description: "The model config", schema: modelConfig } },
    refusals: ["not_found"],
    async handler({ params }) {
      const config = await readModelConfig(deps.store.pool, params.model_config);
      if (config === null) throw new Refusal("not_found", "no such model config");
      return { status: 200, body: toWire(config) };
    },
  });
}

/** Settings stay inside: they may hold provider options that are nobody else's business. */
function toWire({ settings: _inside, ...shown }: ListedModelConfig) {
  return shown;
}
