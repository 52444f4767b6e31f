// Checks that the server of a model config can continue an answer in the way that the config names. What depends on the
// server's model or template shows only when it is called; then the answer starts over.

import { Refusal } from "../../../core/chat/refusal.ts";
import { isOpenAiOwn } from "../../../core/prompt/openai-own.ts";
import type { PrefillForm } from "../../../core/prompt/prefill-form.ts";
import { listModelProviders, type ModelProviderRow } from "../../../store/model/model-providers.ts";
import type { ApiDeps } from "../../deps.ts";

export interface PrefillWish {
  readonly prefill: unknown;
  readonly provider_id: string | null;
}

/** @throws Refusal invalid_request: this kind of provider cannot continue an answer, or not in this way */
export async function checkPrefill(
  { store, models }: Pick<ApiDeps, "store" | "models">,
  { prefill, provider_id }: PrefillWish,
): Promise<void> {
  if (typeof prefill !== "string") return;
  const row = (await listModelProviders(store.pool)).find(({ id }) => id === provider_id);
  const why = row === undefined ? null : whyNot(addressOf(row, models), prefill as PrefillForm);
  if (why !== null) throw new Refusal("invalid_request", undefined, [{ path: "prefill", message: why }]);
}

type Address = Pick<ModelProviderRow, "kind" | "base_url" | "api">;

/** A seeded provider has the address that the environment says. */
function addressOf(row: ModelProviderRow, { environment }: ApiDeps["models"]): Address {
  const seed = row.seeded ? environment[row.name] : undefined;
  return {
    kind: row.kind,
    base_url: row.base_url ?? seed?.base_url ?? null,
    api: row.api ?? seed?.api ?? null,
  };
}

function whyNot({ kind, base_url, api }: Address, form: PrefillForm): string | null {
  if (kind === "anthropic")
    return form === "assistant" ? null : "a provider of this kind takes assistant or null";
  const spoken = api ?? (kind === "openai" ? "responses" : "chat_completions");
  if (spoken === "responses") return "a provider that speaks Responses goes on with no answer: only null";
  return isOpenAiOwn(base_url) ? "OpenAI's own models go on with no answer: only null" : null;
}
