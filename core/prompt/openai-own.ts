// Recognises OpenAI's own service, at OpenAI or in Azure. Other servers only resemble it.

/** https://learn.microsoft.com/azure/ai-foundry/openai/how-to/switching-endpoints, 2026-11-28. */
const HOSTS = ["openai.com", "openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com"];

/** @param baseUrl null means the service's own address */
export function isOpenAiOwn(baseUrl: string | null): boolean {
  if (baseUrl === null) return true;
  const host = URL.parse(baseUrl)?.hostname ?? "";
  return HOSTS.some((own) => host === own || host.endsWith(`.${own}`));
}
