// The models that the deployment's environment offers, as rows to seed.
import type { SeededModelConfig } from "../../store/model/seed-models.ts";

export interface ModelEnvironment {
  readonly openai: {
    readonly apiKey: string | undefined;
    readonly baseUrl: string | undefined;
    readonly api?: "responses" | "chat_completions";
  };
  readonly anthropic: { readonly apiKey: string | undefined; readonly baseUrl: string | undefined };
  /** `provider/model`. */
  readonly defaultModel: string | undefined;
  readonly demoModel: boolean;
}

/** In this order: if no model is named, the first provider with a key has the default model. */
const PROVIDERS = ["openai", "anthropic"] as const;
type ProviderName = (typeof PROVIDERS)[number];

/** Used when a provider has a key and no model is named. */
const MODEL_OF_PROVIDER: Readonly<Record<ProviderName, string>> = {
  anthropic: "claude-sonnet-4-5",
  openai: "gpt-5",
};
const DEMO_MODEL = "demo";

/** The default model is no `provider/model` of a provider we know. */
export class ModelSeedError extends Error {
  constructor(value: string) {
    super(
      `EVERTURN_DEFAULT_MODEL is ${JSON.stringify(value)}: expected openai/<model> or anthropic/<model>, such as openai/gpt-5`,
    );
    this.name = "ModelSeedError";
  }
}

/**
 * The model configs of the environment, the default first: the named one, then one of each provider that has a key, or
 * the demo model in both dialects.
 * @throws ModelSeedError
 */
export function modelSeeds(environment: ModelEnvironment): SeededModelConfig[] {
  const named = environment.defaultModel === undefined ? [] : [parseModel(environment.defaultModel)];
  const usual = PROVIDERS.filter(
    (provider) => environment.demoModel || environment[provider].apiKey !== undefined,
  )
    .map((provider) =>
      environment.demoModel ? demoSeed(provider, environment) : seed(provider, MODEL_OF_PROVIDER[provider]),
    )
    // If a model of a provider is named, no other model of it is offered.
    .filter((config) => !named.some((other) => other.provider === config.provider));
  return [...named, ...usual];
}

function seed(provider: ProviderName, model: string): SeededModelConfig {
  return { name: model === DEMO_MODEL ? `Demo model (${provider})` : model, provider, model };
}

/** The demo model can continue an answer in every dialect that has a way to ask for it; Responses has none. */
function demoSeed(provider: ProviderName, { openai }: ModelEnvironment): SeededModelConfig {
  const continues = provider === "anthropic" || openai.api === "chat_completions";
  const config = seed(provider, DEMO_MODEL);
  return continues ? { ...config, settings: { prefill: "assistant" } } : config;
}

function parseModel(value: string): SeededModelConfig {
  const slash = value.indexOf("/");
  const provider = PROVIDERS.find((name) => name === value.slice(0, slash));
  const model = value.slice(slash + 1).trim();
  if (provider === undefined || model === "") throw new ModelSeedError(value);
  return seed(provider, model);
}
