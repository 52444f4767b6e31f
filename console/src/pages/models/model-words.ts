// Models and their prices in words.
import type { ModelConfig, ModelProvider } from "../parts/wire.ts";

export const KIND_WORDS: Readonly<Record<ModelProvider["kind"], string>> = {
  openai: "OpenAI",
  "openai-compatible": "OpenAI-compatible server",
  anthropic: "Anthropic",
};

export function priceWords(price: NonNullable<ModelConfig["price"]>): string {
  const said = [
    ["input", price.input],
    ["output", price.output],
    ["cache read", price.cache_read],
    ["cache write", price.cache_write],
  ].filter(([, value]) => value !== undefined && value !== null);
  if (said.length === 0) return "no price";
  return `${said.map(([name, value]) => `${name} ${value}`).join(", ")} per million tokens`;
}
