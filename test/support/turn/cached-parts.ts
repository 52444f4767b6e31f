// Test support: what a provider's prompt cache goes by, read from the requests of each dialect.
import type { Json } from "../everturn.ts";

/** Kind of the provider, the path of its base URL at the scripted model, and the field that has the messages. */
export const DIALECTS = [
  ["openai-compatible", "/v1", "messages"],
  ["openai", "/v1", "input"],
  ["anthropic", "", "messages"],
] as const;

/** What a provider caches by: tools, system and messages, without the marks that tell it where to cache. */
export function cachedParts(body: Json, messages: string): string[] {
  const plain = (value: unknown) =>
    JSON.stringify(value, (key, inner: unknown) => (key === "cache_control" ? undefined : inner));
  const list = (body[messages] as Json[]).flatMap((message) => {
    const { role, content } = message;
    return Array.isArray(content) ? content.map((part: unknown) => plain({ role, part })) : [plain(message)];
  });
  return [plain(body.tools), plain(body.system ?? body.instructions ?? null), ...list];
}

/** How many of the first parts of two requests are the same. */
export function commonParts(earlier: readonly string[], later: readonly string[]): number {
  const differs = earlier.findIndex((part, place) => part !== later[place]);
  return differs === -1 ? earlier.length : differs;
}
