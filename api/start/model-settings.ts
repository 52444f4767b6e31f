// What the routes of model providers know of the deployment.
import type { Config } from "../../platform/config/config.ts";
import { createSecretBox } from "../../platform/secrets/secret-box.ts";
import type { ModelSettings } from "../deps.ts";

export function createModelSettings(
  config: Config,
  testProvider: ModelSettings["testProvider"],
): ModelSettings {
  const { openai, anthropic } = config;
  return {
    secrets: createSecretBox(config),
    environment: {
      openai: {
        has_api_key: openai.apiKey !== undefined,
        base_url: openai.baseUrl ?? null,
        api: openai.api,
      },
      anthropic: {
        has_api_key: anthropic.apiKey !== undefined,
        base_url: anthropic.baseUrl ?? null,
        api: null,
      },
    },
    addressRules: { allowPrivate: config.allowPrivateProviders },
    testProvider,
  };
}
