// Settings of the deployment (for admins) and of the caller, each read and written as a whole.
import { Refusal } from "../../core/chat/refusal.ts";
import { audited } from "../../store/access/audited.ts";
import { readSettings, writeDeploymentSettings, writeUserSettings } from "../../store/access/settings.ts";
import { listModelConfigs } from "../../store/model/model-configs.ts";
import type { ApiDeps } from "../deps.ts";
import { storeFor } from "../http/access/actor.ts";
import { type Route, route } from "../http/route.ts";
import { deploymentSettings, userSettings } from "../schemas/settings.ts";

const tag = "Settings";

export function settingsRoutes(deps: Pick<ApiDeps, "store">): Route[] {
  return [readDeployment(deps), putDeployment(deps), readOwn(deps), putOwn(deps)];
}

function readDeployment({ store }: Pick<ApiDeps, "store">): Route {
  return route({
    method: "get",
    path: "/v1/settings",
    summary: "Read the deployment's settings",
    tag,
    access: { area: "deployment", role: "admin" },
    responses: { 200: { description: "The settings", schema: deploymentSettings } },
    refusals: ["forbidden"],
    async handler({ caller }) {
      return { status: 200, body: (await readSettings(store.pool, caller.user.id)).deployment };
    },
  });
}

function putDeployment({ store }: Pick<ApiDeps, "store">): Route {
  return route({
    method: "put",
    path: "/v1/settings",
    summary: "Replace the deployment's settings",
    tag,
    access: { area: "deployment", role: "admin" },
    body: deploymentSettings,
    example: { system_prompt: "Answer in short sentences." },
    responses: { 200: { description: "The settings", schema: deploymentSettings } },
    refusals: ["forbidden"],
    async handler(input) {
      const { body } = input;
      const entry = { action: "settings.update", target_type: "settings", target_id: null };
      await audited(storeFor(store, input), entry, (tx) => writeDeploymentSettings(tx, body));
      store.modelBook?.forget();
      return { status: 200, body };
    },
  });
}

function readOwn({ store }: Pick<ApiDeps, "store">): Route {
  return route({
    method: "get",
    path: "/v1/me/settings",
    summary: "Read the caller's settings",
    tag,
    access: { area: "deployment" },
    responses: { 200: { description: "The settings", schema: userSettings } },
    async handler({ caller }) {
      return { status: 200, body: (await readSettings(store.pool, caller.user.id)).user };
    },
  });
}

function putOwn({ store }: Pick<ApiDeps, "store">): Route {
  return route({
    method: "put",
    path: "/v1/me/settings",
    summary: "Replace the caller's settings",
    tag,
    access: { area: "deployment" },
    body: userSettings,
    example: { prompt: "Call me Sam.", compaction_thresholds: {} },
    responses: { 200: { description: "The settings", schema: userSettings } },
    refusals: ["model_config_not_found"],
    async handler({ body, caller }) {
      const known = new Set((await listModelConfigs(store.pool)).map(({ id }) => id));
      const errors = Object.keys(body.compaction_thresholds)
        .filter((id) => !known.has(id))
        .map((id) => ({ path: `compaction_thresholds.${id}`, message: "names no model config" }));
      if (errors.length > 0) throw new Refusal("model_config_not_found", undefined, errors);
      await writeUserSettings(store.pool, caller.user.id, body);
      store.modelBook?.forget();
      return { status: 200, body };
    },
  });
}
