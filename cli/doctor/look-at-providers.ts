// Doctor: whether the model providers of the environment answer, and what to do where they do not.
import { StartError } from "../../dev/start-error.ts";
import type { Config } from "../../platform/config/config.ts";

const PROVIDER_TIMEOUT_MS = 10_000;

interface Asked {
  readonly provider: "openai" | "anthropic";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export async function lookAtProviders({
  openai,
  anthropic,
}: Pick<Config, "openai" | "anthropic">): Promise<string> {
  const asked: Asked[] = [];
  if (openai.apiKey || openai.baseUrl) {
    const url = `${openai.baseUrl ?? "https://api.openai.com/v1"}/models`;
    asked.push({ provider: "openai", url, headers: { authorization: `Bearer ${openai.apiKey}` } });
  }
  if (anthropic.apiKey || anthropic.baseUrl) {
    const url = `${anthropic.baseUrl ?? "https://api.anthropic.com"}/v1/models`;
    const headers = { "x-api-key": anthropic.apiKey ?? "", "anthropic-version": "2023-06-01" };
    asked.push({ provider: "anthropic", url, headers });
  }
  return (await Promise.all(asked.map(ask))).join(", ");
}

async function ask({ provider, url, headers }: Asked): Promise<string> {
  const name = provider.toUpperCase();
  let status: number;
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(PROVIDER_TIMEOUT_MS) });
    await response.body?.cancel();
    status = response.status;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error };
    throw new StartError(
      `${provider} at ${new URL(url).host} does not answer: ${cause?.message ?? message}. Check the network and ${name}_BASE_URL. Turns wait meanwhile and try again.`,
    );
  }
  if (status === 401 || status === 403)
    throw new StartError(
      `${provider} refuses the key (${status}). Set ${name}_API_KEY to a valid one, and start again.`,
    );
  if (status >= 500 || status === 429)
    throw new StartError(
      `${provider} answers ${status}: it has trouble of its own, or no room for you. Turns try again by themselves; \`/model\` of \`npm run chat\` chooses another model.`,
    );
  return `${provider} answers (${status})`;
}
