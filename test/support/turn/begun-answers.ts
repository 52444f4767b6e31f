// Tests: models that go on with an answer that was begun, and what they were asked and what readers were shown on the way.
import assert from "node:assert/strict";
import type { Message } from "../../../core/chat/message.ts";
import { listOf, objectOf, textOf } from "../../../dev/demo-model/json.ts";
import type { Everturn } from "../everturn.ts";
import type { ChatReader } from "../reader/chat-reader.ts";

/** The environment that lets a provider of ours be on this machine. */
export const ownProviders = { EVERTURN_ALLOW_PRIVATE_PROVIDERS: "1" };

/** Id of the demo model's config in Anthropic's dialect. */
export async function anthropicConfig(everturn: Everturn): Promise<string> {
  const { items } = await everturn.call<{ items: { id: string; provider: string }[] }>(
    "GET",
    "/v1/model-configs",
  );
  const found = items.find(({ provider }) => provider === "anthropic");
  if (found === undefined) throw new Error("the demo model is not seeded");
  return found.id;
}

/** Id of a new config of the demo model in Chat Completions. */
export async function chatConfig(everturn: Everturn, prefill: string | null): Promise<string> {
  const name = `chat ${prefill} ${Math.random()}`;
  const provider = { name, kind: "openai-compatible", base_url: `${everturn.model.url}/v1` };
  const { id: provider_id } = await everturn.call<{ id: string }>("POST", "/v1/model-providers", provider);
  const config = { name, provider_id, model: "demo", prefill };
  return (await everturn.call<{ id: string }>("POST", "/v1/model-configs", config)).id;
}

/** What the n-th call under a key was begun with (from 1), in either dialect; null: it was to answer anew. */
export function begunWith(everturn: Everturn, key: string, call: number): string | null {
  const { body } = everturn.model.requests(key)[call - 1] ?? {};
  const last = objectOf(listOf(body?.["messages"]).at(-1));
  if (last["role"] !== "assistant") return null;
  if (typeof last["content"] === "string") return last["content"];
  return listOf(last["content"])
    .map((block) => textOf(objectOf(block)["text"]))
    .join("");
}

/** The text that a reader was sent since the answer was last withdrawn, piece by piece. */
export function sentSinceReset(reader: ChatReader): string[] {
  const pieces: string[] = [];
  for (const { type, data } of reader.events) {
    if (type === "preview_reset") pieces.length = 0;
    const part = objectOf(objectOf(data)["part"]);
    if (type === "message_part" && part["type"] === "text") pieces.push(textOf(part["text"]));
  }
  return pieces;
}

/** One text part, byte for byte. */
export function assertWhole(answer: Message, text: string, interrupted = false): void {
  assert.deepEqual(answer.content, [{ type: "text", text }]);
  assert.equal(answer.interrupted, interrupted);
}
