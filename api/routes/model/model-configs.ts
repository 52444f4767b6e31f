// The models that callers may choose. Everyone can read them, admins change them (SPEC B2).
import { z } from "zod";
import { Refusal } from "../../../core/chat/refusal.ts";
import {
  createModelConfig,
  deleteModelConfig,
  type ListedModelConfig,
  listModelConfigs,
  readModelConfig,
  updateModelConfig,
} from "../../../store/model/model-configs.ts";
import type { ApiDeps } from "../../deps.ts";
import { storeFor } from "../../http/access/actor.ts";
import { type Caller, seesDeployment } from "../../http/access/caller.ts";
import { type Route, route } from "../../http/route.ts";
import {
  modelConfig,
  modelConfigChange,
  modelConfigPage,
  newModelConfig,
  SETTING_NAMES,
} from "../../schemas/model/model-config.ts";
import { modelConfigPath } from "../../schemas/params.ts";
import { checkPrefill } from "./check-prefill.ts";

const tag = "Models";

type Deps = Pick<ApiDeps, "store" | "models">;

export function modelConfigRoutes(deps: Deps): Route[] {
  return [list(deps), create(deps), read(deps), change(deps), remove(deps)];
}

function list({ store }: Pick<ApiDeps, "store">): Route {
  return route({
    method: "get",
    path: "/v1/model-configs",
    summary: "List model configs, the default first",
    tag,
    access: { area: "chats" },
    query: z.strictObject({}),
    responses: { 200: { description: "All model configs", schema: modelConfigPage } },
    async handler({ caller }) {
      const configs = await listModelConfigs(store.pool);
      return { status: 200, body: { items: configs.map((each) => toWire(each, caller)), next_cursor: null } };
    },
  });
}

function create(deps: Deps): Route {
  return route({
    method: "post",
    path: "/v1/model-configs",
    summary: "Make a model config",
    description:
      "For admins. `provider_id` is one of `GET /v1/model-providers`. The first config that can answer becomes the default.",
    tag,
    access: { area: "deployment", role: "admin" },
    body: newModelConfig,
    example: {
      name: "GPT-5, small answers",
      provider_id: "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a",
      model: "gpt-5",
      max_output_tokens: 4_096,
    },
    responses: { 201: { description: "The model config", schema: modelConfig } },
    refusals: ["forbidden", "model_provider_not_found", "too_many"],
    async handler(input) {
      const { body, caller } = input;
      const { provider_id, ...fields } = body;
      await checkPrefill(deps, { prefill: body.prefill, provider_id });
      const { settings, rest } = splitSettings(fields);
      const made = await createModelConfig(storeFor(deps.store, input), provider_id, {
        context_limit: null,
        compression_threshold: null,
        reasoning_effort: null,
        reasoning_effort_max: null,
        price: null,
        ...rest,
        settings: Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null)),
      });
      return { status: 201, body: toWire(made, caller) };
    },
  });
}

function read({ store }: Pick<ApiDeps, "store">): Route {
  return route({
    method: "get",
    path: "/v1/model-configs/{model_config}",
    summary: "Read a model config",
    tag,
    access: { area: "chats" },
    params: modelConfigPath,
    responses: { 200: { description: "The model config", schema: modelConfig } },
    refusals: ["not_found"],
    async handler({ params, caller }) {
      const config = await readModelConfig(store.pool, params.model_config);
      if (config === null) throw new Refusal("not_found", "no such model config");
      return { status: 200, body: toWire(config, caller) };
    },
  });
}

function change(deps: Deps): Route {
  return route({
    method: "patch",
    path: "/v1/model-configs/{model_config}",
    summary: "Change a model config",
    description:
      "For admins. A default that is disabled hands over to the oldest config that can answer. Turns under way use the change from their next model call on.",
    tag,
    access: { area: "deployment", role: "admin" },
    params: modelConfigPath,
    body: modelConfigChange,
    example: { max_output_tokens: 8_192 },
    responses: { 200: { description: "The model config", schema: modelConfig } },
    refusals: ["forbidden", "not_found", "model_provider_not_found", "of_environment"],
    async handler(input) {
      const { params, body, caller } = input;
      const { settings, rest } = splitSettings(body);
      await checkChangedPrefill(deps, params.model_config, body);
      const changed = await updateModelConfig(storeFor(deps.store, input), params.model_config, {
        ...rest,
        settings,
      });
      return { status: 200, body: toWire(changed, caller) };
    },
  });
}

function remove({ store }: Pick<ApiDeps, "store">): Route {
  return route({
    method: "delete",
    path: "/v1/model-configs/{model_config}",
    summary: "Delete a model config",
    description: "For admins. Chats that used it go on with the default.",
    tag,
    access: { area: "deployment", role: "admin" },
    params: modelConfigPath,
    responses: { 204: { description: "It is gone" } },
    refusals: ["forbidden", "not_found", "of_environment"],
    async handler(input) {
      await deleteModelConfig(storeFor(store, input), input.params.model_config);
      return { status: 204 };
    },
  });
}

/** Also checks a config that moves to another provider. */
async function checkChangedPrefill(
  deps: Deps,
  id: string,
  { prefill, provider_id }: { readonly prefill?: unknown; readonly provider_id?: string | undefined },
): Promise<void> {
  if (prefill === undefined && provider_id === undefined) return;
  const old = await readModelConfig(deps.store.pool, id);
  if (old === null) return;
  const wanted = prefill === undefined ? old.settings["prefill"] : prefill;
  await checkPrefill(deps, { prefill: wanted, provider_id: provider_id ?? old.provider_id });
}

type SettingName = (typeof SETTING_NAMES)[number];
/** A value that came as JSON has no undefined fields. */
type WithoutUndefined<T> = T extends object
  ? { [Key in keyof T]: WithoutUndefined<Exclude<T[Key], undefined>> }
  : T;

/** The call settings, which are stored as one value, and the other fields; both without what was not given. */
function splitSettings<Fields extends object>(fields: Fields) {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const isSetting = (name: string) => (SETTING_NAMES as readonly string[]).includes(name);
  return {
    settings: Object.fromEntries(given.filter(([name]) => isSetting(name))),
    rest: Object.fromEntries(given.filter(([name]) => !isSetting(name))) as WithoutUndefined<
      Omit<Fields, SettingName>
    >,
  };
}

/** Provider options may contain things that only admins may see. */
function toWire({ settings, ...shown }: ListedModelConfig, caller: Caller) {
  const all = Object.fromEntries(SETTING_NAMES.map((name) => [name, settings[name] ?? null]));
  return { ...shown, ...all, ...(!seesDeployment(caller) && { provider_options: null }) };
}
