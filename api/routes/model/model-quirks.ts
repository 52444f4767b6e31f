// What Everturn has learnt from requests that a provider's servers refused (SPEC X10). For admins.
import { z } from "zod";
import { readModelProvider } from "../../../store/model/model-providers.ts";
import { deleteModelQuirks, listModelQuirks } from "../../../store/model/model-quirks.ts";
import type { ApiDeps } from "../../deps.ts";
import { storeFor } from "../../http/access/actor.ts";
import { type Route, route } from "../../http/route.ts";
import { modelQuirkPage, modelQuirkQuery } from "../../schemas/model/model-quirk.ts";
import { modelProviderPath } from "../../schemas/params.ts";

const tag = "Models";
const path = "/v1/model-providers/{model_provider}/quirks";

export function modelQuirkRoutes({ store }: Pick<ApiDeps, "store">): Route[] {
  return [
    route({
      method: "get",
      path,
      summary: "List what a provider's servers have taught",
      description:
        "For admins. A request that is refused for its shape is sent once more, written otherwise; what helped is kept for the model, and listed here.",
      tag,
      access: { area: "deployment", role: "admin" },
      params: modelProviderPath,
      query: z.strictObject({}),
      responses: { 200: { description: "All quirks, by model", schema: modelQuirkPage } },
      refusals: ["forbidden", "not_found"],
      async handler({ params }) {
        await readModelProvider(store.pool, params.model_provider);
        const items = await listModelQuirks(store.pool, params.model_provider);
        return { status: 200, body: { items, next_cursor: null } };
      },
    }),
    route({
      method: "delete",
      path,
      summary: "Forget what a provider's servers have taught",
      description:
        "For admins. All of it, or what is known of one model, or one quirk. What is still so is learnt anew at the next call.",
      tag,
      access: { area: "deployment", role: "admin" },
      params: modelProviderPath,
      query: modelQuirkQuery,
      responses: { 204: { description: "It is forgotten" } },
      refusals: ["forbidden", "not_found"],
      async handler(input) {
        const { params, query } = input;
        await readModelProvider(store.pool, params.model_provider);
        await deleteModelQuirks(storeFor(store, input), params.model_provider, query);
        return { status: 204 };
      },
    }),
  ];
}
