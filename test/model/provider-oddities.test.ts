// Tests: odd answers that real servers have given, each played through the whole product: what is stored of it, what its
// reader shows, and what the server is asked next.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Chat, Message, RetryState } from "../../core/chat/message.ts";
import { chatCall, type OddCase, oddCase, oddCases, PLAIN_ANSWERS } from "../support/odd/odd-case.ts";
import { outline, promptOutline } from "../support/odd/odd-outline.ts";
import type { OddAnswer } from "../support/odd/odd-provider.ts";
import {
  type OddChat,
  type OddWorld,
  oddChat,
  oddModel,
  openOddWorld,
  playCase,
} from "../support/odd/odd-world.ts";
import { textOf } from "../support/turn/settled.ts";
import { resultsOf } from "../support/workspace/workspace-chats.ts";

/** Long for a busy machine, short for a test: without a piece of an answer a stream is dead then. */
const CONTENT_SILENCE_MS = 20_000;
const ALIVE_EVERY_MS = 500;

/** Side by side: most of their time they wait. */
const CHATS_AT_ONCE = 4;

let world: OddWorld;
before(async () => {
  world = await openOddWorld({
    env: {
      EVERTURN_STREAM_CONTENT_SILENCE_MS: String(CONTENT_SILENCE_MS),
    },
  });
});
after(() => world.stop());

describe("odd answers", { concurrency: CHATS_AT_ONCE }, () => {
  for (const odd of oddCases()) {
    test(odd.says, async () => {
      const played = await playCase(world, odd);
      await checkTurn(odd, played);
      await checkNextTurn(odd, played);
    });
  }

  circleTests();
  aliveTests();
  textTests();
});

/** Agents that go in circles, and calls that are cut off. */
function circleTests(): void {
  test("L14 a call that the output limit cut off is never run; the third in a row ends the turn with words", async () => {
    const odd = await playCase(world, oddCase("A13"));
    const { stored, error } = await odd.settled();
    assert.equal(error, null);
    assert.equal(odd.model.requests().length, 3);
    const results = resultsOf(stored, "write_file");
    assert.equal(results.length, 3);
    for (const { result } of results)
      assert.match(JSON.stringify(result), /cut at 4096 output tokens.*smaller pieces/);
    const note = stored.at(-1);
    assert.deepEqual([note?.finish_reason, odd.reader.view.status], ["length", "waiting"]);
    assert.match(textOf(note as Message), /3 answers in a row were cut at 4096 output tokens/);
  });

  test("L14 a call at the output limit is not run though its pieces parse; a whole one before it is", async () => {
    const [first] = oddCase("A13").answers;
    const [cut = "", ...rest] = (first?.frames ?? []).filter((frame) => typeof frame === "string");
    const whole = cut
      .replace(/"arguments":"(?:[^"\\]|\\.)*"/, '"arguments":"{}"')
      .replace("write_file", "list_templates");
    const again = whole.replace('"tool_calls":[{"index":0', '"tool_calls":[{"index":1');
    const answers = [{ frames: [whole, again, ...rest] }];
    const odd = await playCase(world, { ...oddCase("A13"), answers, after: "plain" });
    const { stored } = await odd.settled();
    const results = resultsOf(stored, "list_templates").map(({ is_error }) => is_error);
    assert.deepEqual(results, [false, true]);
  });

  test("L15 the same call with the same result ten times in a row ends the turn with words, and the model was told", async () => {
    const odd = await playCase(world, oddCase("B19"));
    const { stored, error } = await odd.settled();
    assert.equal(error, null);
    assert.equal(odd.model.requests().length, 10);
    const told = resultsOf(stored, "list_templates").map(({ result }) => "notice" in (result as object));
    assert.deepEqual(told, [false, false, false, false, true, true, true, true, true, true]);
    assert.match(textOf(stored.at(-1) as Message), /list_templates was called 10 times in a row/);
    odd.model.follow(() => PLAIN_ANSWERS["openai-chat"]);
    assert.equal(textOf((await odd.say("and now?")).stored.at(-1) as Message), "All done.");
  });
}

/** What a stream says beside its answer. */
function aliveTests(): void {
  test("B3 K1 usage that comes only at the end of a stream, and inside its delta, is the usage", async () => {
    const { stored } = await (await playCase(world, oddCase("A18"))).settled();
    const { input_tokens, output_tokens, cache_read_tokens } = stored[1]?.usage ?? {};
    assert.deepEqual([input_tokens, output_tokens, cache_read_tokens], [14, 2, 190_000]);
  });

  test("X3 a stream that says nothing but that it is alive counts as dead in the end", async () => {
    const odd = oddCase("A20");
    const alive = odd.answers[0]?.frames[0] ?? "";
    const forever = Array.from({ length: 10_000 }, () => [alive, { pause_ms: ALIVE_EVERY_MS }]).flat();
    const played = await playCase(world, { ...odd, answers: [{ frames: forever }] });
    const { stored } = await played.settled();
    assert.deepEqual(outline(stored), ["user: go", "assistant stop: All done."]);
    const retries = played.reader.events.filter(({ type }) => type === "retry");
    assert.deepEqual(
      retries.map(({ data }) => (data as RetryState).kind),
      ["stream_silence"],
    );
  });
}

/** Text that shows nothing, and text that is something else. */
function textTests(): void {
  test("K1 a blank summary is refused, and the history stays as it was", async () => {
    const [blank] = oddCase("B20").answers;
    const model = await oddModel(world, oddCase("B20"), () => PLAIN_ANSWERS["openai-chat"]);
    const odd = await oddChat(world, model);
    await odd.settled();
    model.follow(() => blank as OddAnswer);
    await world.everturn.call("POST", `/v1/chats/${odd.chat.id}/compact`);
    const { error } = await odd.settled();
    assert.match(error?.message ?? "", /not compacted: the summary that m wrote was empty/);
    model.follow(() => PLAIN_ANSWERS["openai-chat"]);
    await odd.say("and now?");
    assert.deepEqual(promptOutline("openai-chat", model.requests().at(-1)?.body ?? {}), [
      "user: go",
      "assistant: All done.",
    ]);
  });

  test("Q1 messages of invisible characters alone are refused", async () => {
    for (const content of [
      "\u200b",
      "\u200b\u200d\ufeff\u00ad",
      " \n\t",
      "\u3164",
      [{ type: "text", text: "\u2060" }],
    ]) {
      const { status, body } = await world.everturn.answer("POST", "/v1/chats", { content });
      assert.deepEqual([status, body.code], [400, "invalid_request"], JSON.stringify(content));
    }
  });

  test("L17 a list that was written as text is that list: the file is edited", async () => {
    const call = (name: string, args: object) => chatCall(name, JSON.stringify(args));
    const answers = [
      call("create_workspace", { template: "blank" }),
      call("write_file", { path: "a.txt", content: "one" }),
      ...oddCase("A11").answers,
    ];
    const odd = await playCase(world, { ...oddCase("A11"), answers });
    const { stored } = await odd.settled();
    assert.deepEqual(
      resultsOf(stored, "edit_files").map(({ is_error }) => is_error),
      [false],
    );
    const { workspace_id } = await world.everturn.call<Chat>("GET", `/v1/chats/${odd.chat.id}`);
    const file = join(world.everturn.workspacesDir, workspace_id ?? "", "files", "a.txt");
    assert.equal(readFileSync(file, "utf8"), "two");
  });
}

async function checkTurn(odd: OddCase, played: OddChat): Promise<void> {
  const { stored, error } = await played.settled();
  assert.deepEqual([error?.kind, error?.detail], [odd.error?.kind, odd.error?.detail]);
  assert.deepEqual(outline(stored), odd.stored);
  if (odd.requests !== undefined) assert.equal(played.model.requests().length, odd.requests);
}

/** The chat lives: it takes another message, and what it sends then is a prompt that the dialect's service takes. */
async function checkNextTurn(odd: OddCase, played: OddChat): Promise<void> {
  if (odd.after === "the last again") return;
  const { error } = await played.say("and now?");
  assert.equal(error, null);
  const body = played.model.requests().at(-1)?.body ?? {};
  const next = promptOutline(odd.dialect, body);
  if (odd.next !== undefined) assert.deepEqual(next, odd.next);
}
