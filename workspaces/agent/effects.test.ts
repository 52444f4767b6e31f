import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { AgentError } from "./agent-error.ts";
import { Effects } from "./effects.ts";
import { Journal } from "./journal.ts";

const folder = mkdtempSync(join(tmpdir(), "effects-"));
const opened: Journal[] = [];
after(() => {
  for (const journal of opened) journal.close();
  rmSync(folder, { recursive: true });
});

const limits = {
  forgottenKeysMax: 10,
  forgottenCommandCharsMax: 10,
  effectsKeptMax: 5,
  effectsKeptMs: 1_000,
};

function openEffects(name: string, now: () => number = () => 0) {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  const journal = Journal.open(path, limits, assert.fail);
  opened.push(journal);
  return { effects: new Effects(journal, now), journal };
}

test("twenty who ask at once get the answer of one effect", async () => {
  const { effects } = openEffects("race");
  let happened = 0;
  const ask = async () => effects.once("k", { a: 1 }, async () => ({ effect: ++happened }));
  const answers = await Promise.all(Array.from({ length: 20 }, ask));
  assert.deepEqual([happened, new Set(answers.map(({ effect }) => effect)).size], [1, 1]);
  await assert.rejects(effects.once("k", { a: 2 }, ask), { code: "key_conflict" });
});

test("an error is an answer too, words and hint, by a successor as well", async () => {
  const { effects, journal } = openEffects("error");
  const fail = async () => {
    throw new AgentError("no_match", "It is not there.", "Look again.");
  };
  const same = { code: "no_match", message: "It is not there.", hint: "Look again." };
  await assert.rejects(effects.once("k", {}, fail), same);
  journal.close();
  const { effects: successor } = openEffects("error");
  await assert.rejects(successor.once("k", {}, assert.fail), same);
});

test("what was begun and not answered is unknown to a successor", async () => {
  const { effects, journal } = openEffects("unknown");
  const answered = Promise.withResolvers<void>();
  const asked = effects.once("k", {}, () => answered.promise);
  // As when the agent is killed.
  journal.close();
  const { effects: successor } = openEffects("unknown");
  await assert.rejects(successor.once("k", {}, assert.fail), { code: "outcome_unknown" });
  answered.resolve();
  // The answer that could not be written down is known to the agent that has it.
  await asked;
  assert.equal(await effects.once("k", {}, assert.fail), undefined);
});

test("what cannot be written down is not done, and the key is free again", async () => {
  const { effects, journal } = openEffects("closed");
  journal.close();
  await assert.rejects(effects.once("k", {}, assert.fail), { code: "io_error" });
  await assert.rejects(effects.once("k", {}, assert.fail), { code: "io_error" });
});

test("more effects than are kept, and older ones, are forgotten", async () => {
  let now = 0;
  const { effects, journal } = openEffects("trim", () => now);
  await Promise.all(
    Array.from({ length: 40 }, async (_, at) => effects.once(`k${at}`, {}, async () => ({ at }))),
  );
  for (let at = 40; at < 60; at++) await effects.once(`k${at}`, {}, async () => ({ at }));
  journal.close();
  const { effects: successor } = openEffects("trim", () => now);
  assert.deepEqual(await successor.once("k59", {}, assert.fail), { at: 59 });
  assert.deepEqual(await successor.once("k3", {}, async () => "anew"), "anew");
  now = 2_000;
  assert.deepEqual(await successor.once("new", {}, async () => "new"), "new");
  assert.deepEqual(await successor.once("k59", {}, async () => "anew"), "anew");
});
