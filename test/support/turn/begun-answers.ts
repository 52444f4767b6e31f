// Tests: models that go on with an answer that was begun, and what they were asked and what readers were shown on the way.
import assert from "node:assert/strict";
import type { Message } from "../../../core/chat/message.ts";
import { listOf, objectOf, textOf } from "../../../dev/demo-model/json.ts";
import { killWorkers, onlyAnswer, tokens, untilCheckpointed } from "../crash.ts";
import type { Everturn } from "../everturn.ts";
import type { ChatReader } from "../reader/chat-reader.ts";
import type { Once } from "../roles/test-group.ts";
import { assertSettled, script } from "./settled.ts";

/** The model that goes on is on this machine. A worker that begins several answers at once on a busy machine must not seem dead. */
export const cutAnswersEnv = { EVERTURN_ALLOW_PRIVATE_PROVIDERS: "1", EVERTURN_HEARTBEAT_TIMEOUT_MS: "5000" };

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
function sentSinceReset(reader: ChatReader): string[] {
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

export interface World {
  readonly everturn: Everturn;
  /** Of a model config that goes on. */
  readonly model: string;
  /** Unique among tests. */
  readonly key: string;
}

async function chunksSent({ everturn, key }: World, call: number): Promise<number | undefined> {
  await everturn.model.waitFor({ key, event: "finished", call });
  return everturn.model.requests(key)[call - 1]?.chunks_sent;
}

/** Half an answer is shown as its worker is killed; the next worker shows what was kept, once, and has the rest written. */
export async function goesOnAfterItsWorker(world: World, once: Once): Promise<void> {
  const { everturn, model, key } = world;
  // Held until what was kept has been shown: without the bus a short rest may come with the commit, and the kept text with it.
  const attempts = [{ hold_until: key, hold_after: 30 }, { hold_until: `${key}-rest` }];
  const chat = await everturn.createChat(script({ parts: 60, attempts }, key), { model_config_id: model });
  const early = everturn.reader(chat.id);
  await untilCheckpointed(everturn, chat.id, 30);
  await early.until("half the answer is shown", (_view, { writing }) => writing === tokens(30));
  const lost = early.view.previews.get("")?.episode;
  await once(() => killWorkers(everturn));
  const between = everturn.reader(chat.id);
  await once(() => everturn.startWorker());
  await early.until("what was kept is shown again", ({ previews }, { writing }) => {
    return previews.get("")?.episode !== lost && writing === tokens(30);
  });
  everturn.model.release(`${key}-rest`);
  await Promise.all([early.untilIdle(), between.untilIdle()]);
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [early, between]));
  assertWhole(answer, tokens(60));
  assert.equal(begunWith(everturn, key, 2), tokens(30));
  assert.equal(await chunksSent(world, 2), 30, "the provider wrote the rest alone");
  const sent = sentSinceReset(early);
  assert.ok(sent[0]?.startsWith(tokens(30)), "what was kept comes first, in one piece");
  // Without the bus the rest may come with the commit.
  assert.ok(tokens(60).startsWith(sent.join("")), "nothing comes twice");
  const { usage, finish_reason, started_at, finished_at } = answer;
  assert.equal(finish_reason, "stop");
  assert.ok((usage?.output_tokens ?? 0) > 0 && Date.parse(finished_at ?? "") >= Date.parse(started_at ?? ""));
}
