// The provider of a model config, built once for each state of the config's row.
import { createProvider, type ProviderSpec } from "../../models/create-provider.ts";
import { ownFault } from "../../models/errors/own-fault.ts";
import { type CarriedBytes, createCarryingFetch } from "../../models/http/carried-bytes.ts";
import { createProviderFetch } from "../../models/http/provider-fetch.ts";
import type { Fetch } from "../../models/http/provider-options.ts";
import type { Provider } from "../../models/provider.ts";
import { createRecordingFetch } from "../../models/recording/recording-fetch.ts";
import { createGuardedFetch } from "../../platform/network/guarded-fetch.ts";
import { UnsealError } from "../../platform/secrets/crypto.ts";
import type { SecretBox } from "../../platform/secrets/secret-box.ts";
import { boundToProvider } from "../../store/model/model-providers.ts";
import type { ModelConfigRow, ProviderSource } from "../../store/model/resolve-model-config.ts";

interface ProviderEnvironment {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  readonly api?: ProviderSource["api"];
}

export interface ProviderShelfDeps {
  readonly openai: ProviderEnvironment;
  readonly anthropic: ProviderEnvironment;
  readonly allowPrivateProviders: boolean;
  readonly streamSilenceMs: number;
  readonly streamContentSilenceMs: number;
  readonly secrets: Pick<SecretBox, "open">;
  /** Bytes of files that requests name; absent: they name none. */
  readonly carried?: CarriedBytes;
}

export interface ProviderShelf {
  /** @throws ModelError missing_key, config: before any call (SPEC X6) */
  providerOf(model: Pick<ModelConfigRow, "provider" | "source">): Provider;
}

type SourceOf = Pick<ModelConfigRow, "provider" | "source">;

/** More states of rows than a deployment has providers; the longest unused goes first. */
const keptProvidersMax = 500;

export function createProviderShelf(deps: ProviderShelfDeps): ProviderShelf {
  const { carried } = deps;
  const listened = (pool: Fetch) =>
    createRecordingFetch(carried === undefined ? pool : createCarryingFetch(pool, carried));
  const pools = {
    // The addresses of the environment are the operator's own, and may be anywhere.
    trusted: listened(createProviderFetch()),
    guarded: listened(createGuardedFetch({ allowPrivate: deps.allowPrivateProviders })),
  };
  const kept = new Map<string, Provider>();
  return {
    providerOf(model) {
      // Any change of the row, a key sealed anew as well, makes another provider.
      const state = JSON.stringify(model.source ?? model.provider);
      const provider = kept.get(state) ?? createProvider(specOf(deps, pools, model));
      kept.delete(state);
      kept.set(state, provider);
      if (kept.size > keptProvidersMax) kept.delete(kept.keys().next().value as string);
      return provider;
    },
  };
}

interface Pools {
  readonly trusted: ReturnType<typeof createProviderFetch>;
  readonly guarded: ReturnType<typeof createProviderFetch>;
}

function specOf(deps: ProviderShelfDeps, pools: Pools, { provider, source }: SourceOf): ProviderSpec {
  const name = source?.name ?? provider;
  const limits = { silenceMs: deps.streamSilenceMs, contentSilenceMs: deps.streamContentSilenceMs };
  if (source !== null && !source.seeded) {
    const { kind, api, base_url } = source;
    const apiKey = openKey(deps, source) ?? "";
    const address = base_url === null ? {} : { baseUrl: base_url };
    return { name, kind, api, apiKey, fetch: pools.guarded, ...limits, ...address };
  }
  // Of the environment, or of before providers were rows.
  if (name !== "openai" && name !== "anthropic") {
    throw ownFault({ kind: "missing_key", retryable: false }, name);
  }
  const { apiKey, baseUrl, api = null } = deps[name];
  const key = (source === null ? null : openKey(deps, source)) ?? apiKey ?? "";
  const address = baseUrl === undefined ? {} : { baseUrl };
  return { name, kind: name, api, apiKey: key, fetch: pools.trusted, ...limits, ...address };
}

/** @throws ModelError config: the secret key that sealed it is not here any more */
function openKey({ secrets }: ProviderShelfDeps, source: ProviderSource): string | null {
  if (source.api_key_sealed === null) return null;
  try {
    return secrets.open(source.api_key_sealed, source.key_id, boundToProvider(source.id));
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error;
    const why =
      "start with the secret key that sealed it, in EVERTURN_SECRET_KEY or EVERTURN_SECRET_KEY_PREVIOUS, or give the provider its key again";
    throw ownFault({ kind: "config", retryable: false, cause: "sealed_key" }, source.name, why);
  }
}
