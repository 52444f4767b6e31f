// Tests: builds of the worker whose contracts differ follow each other while turns run; nothing is lost, doubled or broken.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Chat } from "../../core/chat/message.ts";
import { soon, tokens, untilNoRun } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import type { ChatReader } from "../support/reader/chat-reader.ts";
import { makeOtherBuild, type OtherBuild } from "../support/roles/other-build.ts";
import { type RunOfChat, readRunsOf } from "../support/roles/runs-of-chat.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

const CLI = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const SUMMARISER = "summariser";

let everturn: Everturn;
let other: OtherBuild;
/** A model of a thousand tokens. */
let small: string;
before(async () => {
  [everturn, other] = await Promise.all([
    startEverturn({
      workers: 0,
      env: {
        EVERTURN_COMPACTION_MODEL: SUMMARISER,
        EVERTURN_SHUTDOWN_GRACE_MS: "4000",
        EVERTURN_BUILD_LOST_MS: "3000",
        EVERTURN_RECONCILE_AFTER_MS: "30000",
      },
    }),
    makeOtherBuild(),
  ]);
  small = await addModel("small", 1_000);
  await addModel(SUMMARISER, null);
});
after(async () => {
  await everturn.stop();
  await other.remove();
});

async function addModel(name: string, context_limit: number | null): Promise<string> {
  const id = randomUUID();
  await everturn.pool.query(
    "insert into model_configs (id, name, provider, model, context_limit) values ($1, $2, 'openai', $2, $3)",
    [id, name, context_limit],
  );
  return id;
}

/** A chat that waits in the middle of an answer until the gate of its key is opened. */
interface Play {
  readonly key: string;
  readonly chat: Chat;
  readonly reader: ChatReader;
  /** What the model will have said, in order. */
  readonly texts: readonly string[];
  readonly underway: Promise<unknown>;
}

const held = { parts: 20, hold_after: 5 };
const overloaded = { http_error: { status: 529 } };
const listing = { tool_calls: [{ name: "list_templates", args: {} }] };
const usage = (input_tokens: number) => ({ usage: { input_tokens, output_tokens: 5 } });

/** Each kind of turn, by the key of its gate. */
const KINDS: Readonly<Record<string, (key: string) => Promise<Play>>> = {
  text: (key) => begin(key, { content: script({ ...held, hold_until: key }, key), texts: [tokens(20)] }),
  tools: (key) => {
    const steps = [{ ...held, ...listing, hold_until: key }, listing, { text: `done ${key}` }];
    return begin(key, { content: script(steps, key), texts: [tokens(20), "", `done ${key}`] });
  },
  retries: (key) => {
    const attempts = [overloaded, overloaded, { ...held, hold_until: key }, {}];
    return begin(key, { content: script({ parts: 20, attempts }, key), texts: [tokens(20)] });
  },
  // In the middle of the summary.
  compacts: async (key) => {
    const full = script({ text: `full ${key}`, ...usage(800) });
    const texts = [`full ${key}`, `after ${key}`];
    const play = await begin(key, { content: full, texts, more: { model_config_id: small } });
    await play.reader.untilIdle();
    everturn.model.script(`model:${SUMMARISER}`, [{ ...held, hold_until: key }]);
    const content = script({ text: `after ${key}`, ...usage(50) });
    await everturn.call("POST", `/v1/chats/${play.chat.id}/messages`, { content });
    const underway = play.reader.until("the summary is under way", ({ previews }) => {
      const parts = [...(previews.get("")?.content.values() ?? [])];
      return parts.some((part) => part.type === "tool-output" && part.text.includes("t5"));
    });
    return { ...play, underway };
  },
  queues: async (key) => {
    const texts = [tokens(20), `first ${key}`, `second ${key}`];
    const play = await begin(key, { content: script({ ...held, hold_until: key }, key), texts });
    for (const text of texts.slice(1))
      await everturn.call("POST", `/v1/chats/${play.chat.id}/messages`, { content: script({ text }) });
    return play;
  },
};

interface BeginInput {
  readonly content: string;
  readonly texts: readonly string[];
  readonly more?: Readonly<Record<string, string>>;
}

async function begin(key: string, { content, texts, more }: BeginInput): Promise<Play> {
  const chat = await everturn.createChat(content, more);
  const underway = everturn.model.waitFor({ key, event: "held" });
  // Awaited later, or not at all by a kind of its own.
  underway.catch(() => undefined);
  return { key, chat, texts, underway, reader: everturn.reader(chat.id) };
}

/** One chat of each kind, all of them in mid-answer. */
async function beginAll(phase: string): Promise<Play[]> {
  const plays = await Promise.all(Object.entries(KINDS).map(([kind, play]) => play(`${kind}-${phase}`)));
  await Promise.all(plays.map(({ underway }) => underway));
  return plays;
}

function release(plays: readonly Play[]): void {
  for (const { key } of plays) everturn.model.release(key);
}

/** Lets the first ones go on while both builds serve, and the others when the old one is gone. */
async function change(plays: readonly Play[], stopOld: () => Promise<unknown>): Promise<void> {
  release(plays.slice(0, 3));
  await stopOld();
  release(plays.slice(3));
}

function startBuild(id: string, cli?: string) {
  return everturn.startWorker({ EVERTURN_BUILD_ID: id }, cli);
}

async function command(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], { env: everturn.env });
  return stdout;
}

interface Row {
  readonly build: string;
  readonly state: string;
  readonly workers: number;
}

async function listed(): Promise<Record<string, string>> {
  const rows: Row[] = JSON.parse(await command("workers", "--json"));
  return Object.fromEntries(rows.map(({ build, state, workers }) => [build, `${state} ${workers}`]));
}

async function assertPlayed({ chat, reader, texts }: Play): Promise<RunOfChat[]> {
  await reader.until("the last answer is there", (view) => {
    const said = view.messages.filter(({ role }) => role === "assistant").map(textOf);
    return view.status !== "running" && said.at(-1)?.trim() === texts.at(-1);
  });
  await untilNoRun(everturn, chat.id);
  const stored = await assertSettled(everturn, chat.id, [reader]);
  const said = stored.filter(({ role }) => role === "assistant").map((message) => textOf(message).trim());
  assert.deepEqual(
    said.filter((text) => text !== ""),
    texts.filter((text) => text !== ""),
  );
  const now = await everturn.call<Chat>("GET", `/v1/chats/${chat.id}`);
  assert.deepEqual([now.status, now.last_error], ["waiting", null]);
  const runs = await readRunsOf(everturn.temporal, chat.id);
  for (const run of runs) {
    assert.deepEqual(run.broken, [], `${chat.id}: a workflow task failed`);
    assert.ok(run.builds.length <= 1, `${chat.id}: a run met the builds ${run.builds.join(", ")}`);
  }
  return runs;
}

test("O4 builds with other contracts follow each other twice and go back once: each turn is whole, and no run meets another build's code", async () => {
  const a = await startBuild("a");
  const one = await beginAll("one");
  const b = await startBuild("b", other.cli);
  await change(one, () => stopInOrder(a));
  const two = await beginAll("two");
  const c = await startBuild("c");
  await change(two, () => stopInOrder(b));
  const three = await beginAll("three");
  await startBuild("b", other.cli);
  const before = await listed();
  assert.deepEqual(
    [before["b"], before["c"]],
    ["drained 1", "current 1"],
    "an older build takes nothing back",
  );
  assert.match(await command("workers", "promote", "b"), /^b is current/);
  await change(three, () => c.kill());
  const four = await beginAll("four");
  release(four);
  const runs = (await Promise.all([...one, ...two, ...three, ...four].map(assertPlayed))).flat();
  assert.deepEqual(new Set(runs.flatMap(({ builds }) => builds)), new Set(["a", "b", "c"]));
  assert.ok(
    runs.some(({ end }) => end === "handed over"),
    "some runs were asked to hand over",
  );
  assert.ok(
    runs.some(({ end }) => end === "TERMINATED"),
    "some runs were begun again",
  );
  await soon("the builds that are left are drained", async () => {
    const now = await listed();
    return now["a"] === "drained 0" && now["b"] === "current 1" && now["c"] === "drained 0";
  });
});

/** SIGTERM, as a deploy does, within its grace. */
async function stopInOrder(old: { stop(): Promise<number | null> }): Promise<void> {
  assert.equal(await old.stop(), 0);
}

test("O4 after an update of the sources without a build id, a turn in flight goes on as a fresh run", async () => {
  const key = "pulled";
  const more = { EVERTURN_BUILD_CURRENT: "always", EVERTURN_RECONCILE_AFTER_MS: "1000" };
  for (const worker of everturn.workers) await worker.kill();
  const old = await everturn.startWorker(more);
  const play = await KINDS["tools"]?.(key);
  assert.ok(play !== undefined);
  await play.underway;
  assert.equal(await old.stop(), 0);
  await everturn.startWorker(more, other.cli);
  release([play]);
  await play.reader.until("the last answer is there", (view) => {
    return view.status !== "running" && textOf(view.messages.at(-1) ?? { content: [] }) === `done ${key}`;
  });
  await assertSettled(everturn, play.chat.id, [play.reader]);
  const now = await everturn.call<Chat>("GET", `/v1/chats/${play.chat.id}`);
  assert.deepEqual([now.status, now.last_error], ["waiting", null]);
});
