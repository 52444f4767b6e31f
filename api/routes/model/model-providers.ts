// The servers that models are called at. Everyone can read their names, admins change them (SPEC B1, A4).
import { z } from "zod";
import { commandBodyBytesMax } from "../../../core/chat/limits.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import { judgeProviderUrl } from "../../../platform/network/provider-address.ts";
import { firstModelOf } from "../../../store/model/model-configs.ts";
import {
  boundToProvider,
  createModelProvider,
  deleteModelProvider,
  listModelProviders,
  type ModelProviderRow,
  readModelProvider,
  type SealKey,
  updateModelProvider,
} from "../../../store/model/model-providers.ts";
import type { ApiDeps, ModelSettings } from "../../deps.ts";
import { storeFor } from "../../http/access/actor.ts";
import { type Caller, seesDeployment } from "../../http/access/caller.ts";
import { type Route, route } from "../../http/route.ts";
import {
  modelProvider,
  modelProviderChange,
  modelProviderPage,
  newModelProvider,
  providerTest,
  providerTestRequest,
} from "../../schemas/model/model-provider.ts";
import { modelProviderPath } from "../../schemas/params.ts";
import { modelQuirkRoutes } from "./model-quirks.ts";

const tag = "Models";
type Deps = Pick<ApiDeps, "store" | "models">;

export function modelProviderRoutes(deps: Deps): Route[] {
  return [
    list(deps),
    create(deps),
    read(deps),
    change(deps),
    remove(deps),
    tryOut(deps),
    ...modelQuirkRoutes(deps),
  ];
}

function list({ store, models }: Deps): Route {
  return route({
    method: "get",
    path: "/v1/model-providers",
    summary: "List model providers",
    tag,
    access: { area: "deployment" },
    query: z.strictObject({}),
    responses: { 200: { description: "All model providers", schema: modelProviderPage } },
    async handler({ caller }) {
      const rows = await listModelProviders(store.pool);
      return {
        status: 200,
        body: { items: rows.map((row) => toWire(row, models, caller)), next_cursor: null },
      };
    },
  });
}

function create({ store, models }: Deps): Route {
  return route({
    method: "post",
    path: "/v1/model-providers",
    summary: "Make a model provider",
    description: "For admins. Its key is stored encrypted and never shown again.",
    tag,
    access: { area: "deployment", role: "admin" },
    body: newModelProvider,
    example: { name: "Second key", kind: "openai", api_key: "sk-your-key" },
    responses: { 201: { description: "The model provider", schema: modelProvider } },
    refusals: ["forbidden", "base_url_refused", "name_taken", "too_many"],
    async handler(input) {
      const { body, caller } = input;
      const { api_key = null, base_url = null, api = null, ...fields } = body;
      requireAllowed(base_url, models);
      const made = { ...fields, base_url, api, sealKey: sealerOf(models, api_key) };
      const row = await createModelProvider(storeFor(store, input), made);
      return { status: 201, body: toWire(row, models, caller) };
    },
  });
}

function read({ store, models }: Deps): Route {
  return route({
    method: "get",
    path: "/v1/model-providers/{model_provider}",
    summary: "Read a model provider",
    tag,
    access: { area: "deployment" },
    params: modelProviderPath,
    responses: { 200: { description: "The model provider", schema: modelProvider } },
    refusals: ["not_found"],
    async handler({ params, caller }) {
      const row = await readModelProvider(store.pool, params.model_provider);
      return { status: 200, body: toWire(row, models, caller) };
    },
  });
}

function change({ store, models }: Deps): Route {
  return route({
    method: "patch",
    path: "/v1/model-providers/{model_provider}",
    summary: "Change a model provider",
    description:
      "For admins. A disabled provider's models answer no more; their chats go on with the default model.",
    tag,
    access: { area: "deployment", role: "admin" },
    params: modelProviderPath,
    body: modelProviderChange,
    example: { api_key: "sk-another-key" },
    responses: { 200: { description: "The model provider", schema: modelProvider } },
    refusals: ["forbidden", "not_found", "base_url_refused", "name_taken", "of_environment"],
    async handler(input) {
      const { params, body, caller } = input;
      const { api_key, ...fields } = body;
      requireAllowed(fields.base_url ?? null, models);
      const given = Object.entries(fields).filter(([, value]) => value !== undefined);
      const row = await updateModelProvider(storeFor(store, input), {
        id: params.model_provider,
        change: {
          ...Object.fromEntries(given),
          ...(api_key !== undefined && { sealKey: sealerOf(models, api_key) }),
        },
        check: (old) => checkChange(old, body),
      });
      return { status: 200, body: toWire(row, models, caller) };
    },
  });
}

function remove({ store }: Deps): Route {
  return route({
    method: "delete",
    path: "/v1/model-providers/{model_provider}",
    summary: "Delete a model provider",
    description: "For admins. Refused while model configs use it, unless `force` deletes them with it.",
    tag,
    access: { area: "deployment", role: "admin" },
    params: modelProviderPath,
    query: z.strictObject({ force: z.enum(["true", "false"]).default("false") }),
    responses: { 204: { description: "It is gone" } },
    refusals: ["forbidden", "not_found", "provider_in_use", "of_environment"],
    async handler(input) {
      const { params, query } = input;
      await deleteModelProvider(storeFor(store, input), params.model_provider, query.force === "true");
      return { status: 204 };
    },
  });
}

function tryOut({ store, models }: Deps): Route {
  return route({
    method: "post",
    path: "/v1/model-providers/{model_provider}/test",
    summary: "Test a model provider with a tiny call",
    description:
      "For admins. Costs a few tokens, and says in words what is wrong. Disabled providers can be tested.",
    tag,
    access: { area: "deployment", role: "admin" },
    params: modelProviderPath,
    body: providerTestRequest,
    example: { model: "gpt-5" },
    body_bytes_max: commandBodyBytesMax,
    responses: { 200: { description: "What came of the call", schema: providerTest } },
    refusals: ["forbidden", "not_found"],
    async handler({ params, body }) {
      const row = await readModelProvider(store.pool, params.model_provider);
      const model = body.model ?? (await firstModelOf(store.pool, row.id));
      if (model === null) {
        throw new Refusal("invalid_request", undefined, [
          { path: "model", message: "is needed: the provider has no enabled model config" },
        ]);
      }
      return { status: 200, body: await models.testProvider(row, model) };
    },
  });
}

function requireAllowed(baseUrl: string | null, { addressRules }: ModelSettings): void {
  if (baseUrl === null) return;
  const verdict = judgeProviderUrl(baseUrl, addressRules);
  if (verdict.ok) return;
  throw new Refusal("base_url_refused", `the base URL ${verdict.reason}`, [
    { path: "base_url", message: verdict.reason },
  ]);
}

function sealerOf({ secrets }: ModelSettings, apiKey: string | null): SealKey | null {
  if (apiKey === null) return null;
  return (id) => ({ api_key_sealed: secrets.seal(apiKey, boundToProvider(id)), key_id: secrets.keyId });
}

type Change = z.output<typeof modelProviderChange>;

function checkChange(old: ModelProviderRow, change: Change): void {
  const { name, base_url, api } = change;
  if (old.seeded && [name, base_url, api].some((value) => value !== undefined)) {
    throw new Refusal("of_environment", "its name and address come from the environment");
  }
  const refuse = (path: string, message: string) => {
    throw new Refusal("invalid_request", `${path}: ${message}`, [{ path, message }]);
  };
  if (base_url === null && old.kind === "openai-compatible")
    refuse("base_url", "is needed for openai-compatible");
  if (api != null && old.kind === "anthropic") refuse("api", "is for the OpenAI kinds");
  const moves = base_url !== undefined && base_url !== old.base_url;
  // Otherwise an admin could have a key sent to an address of their own, although nobody may read keys.
  if (moves && old.api_key_sealed !== null && change.api_key === undefined) {
    refuse("api_key", "is needed anew, or null, when the address changes");
  }
}

function toWire(row: ModelProviderRow, { environment }: ModelSettings, caller: Caller) {
  const { api_key_sealed, key_id: _inside, ...shown } = row;
  const around = row.seeded ? environment[row.name] : undefined;
  const base_url = around?.base_url ?? row.base_url;
  return {
    ...shown,
    base_url: seesDeployment(caller) ? base_url : null,
    api: around?.api ?? row.api,
    has_api_key: api_key_sealed !== null || around?.has_api_key === true,
  };
}
