// The workspace agent: an effect happens once, whoever asks how often.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { AgentError } from "./api.ts";
import { EffectJournal } from "./effect-journal.ts";

const folder = mkdtempSync(join(tmpdir(), "effects-"));
const opened: EffectJournal[] = [];
after(async () => {
  for (const journal of opened) await journal.close();
  rmSync(folder, { recursive: true });
});

async function openJournal(name: string, limits: { keptMax?: number; now?: () => number } = {}) {
  const { keptMax = 100, now = () => 0 } = limits;
  const journal = await EffectJournal.open({ path: join(folder, name), keptMax, keptMs: 1_000, now });
  opened.push(journal);
  return journal;
}

test("twenty who ask at once get the answer of one effect", async () => {
  const journal = await openJournal("race");
  let effects = 0;
  const ask = async () => journal.once("k", { a: 1 }, async () => ({ effect: ++effects }));
  const answers = await Promise.all(Array.from({ length: 20 }, ask));
  assert.deepEqual([effects, new Set(answers.map(({ effect }) => effect)).size], [1, 1]);
  await assert.rejects(journal.once("k", { a: 2 }, ask), { code: "key_conflict" });
});

test("an error is an answer too, words and hint, by a successor as well", async () => {
  const journal = await openJournal("error");
  const fail = async () => {
    throw new AgentError("no_match", "It is not there.", "Look again.");
  };
  const same = { code: "no_match", message: "It is not there.", hint: "Look again." };
  await assert.rejects(journal.once("k", {}, fail), same);
  await journal.close();
  const successor = await openJournal("error");
  await assert.rejects(successor.once("k", {}, assert.fail), same);
});

test("what was begun and not answered is unknown to a successor", async () => {
  const journal = await openJournal("unknown");
  const answered = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  void journal.once("k", {}, async () => {
    begun.resolve();
    return answered.promise;
  });
  await begun.promise;
  const successor = await openJournal("unknown");
  await assert.rejects(successor.once("k", {}, assert.fail), { code: "outcome_unknown" });
  answered.resolve();
});

test("what cannot be written down is not done, and the key is free again", async () => {
  const journal = await openJournal("closed");
  await journal.close();
  await assert.rejects(journal.once("k", {}, assert.fail), { code: "io_error" });
  await assert.rejects(journal.once("k", {}, assert.fail), { code: "io_error" });
});

test("more effects than are kept, and older ones, are forgotten, in the file too, while others happen", async () => {
  let now = 0;
  const journal = await openJournal("trim", { keptMax: 5, now: () => now });
  await Promise.all(
    Array.from({ length: 40 }, async (_, at) => journal.once(`k${at}`, {}, async () => ({ at }))),
  );
  for (let at = 40; at < 60; at++) await journal.once(`k${at}`, {}, async () => ({ at }));
  assert(readFileSync(join(folder, "trim"), "utf8").split("\n").length <= 22);
  const successor = await openJournal("trim", { keptMax: 5, now: () => now });
  assert.deepEqual(await successor.once("k59", {}, assert.fail), { at: 59 });
  assert.deepEqual(await successor.once("k3", {}, async () => "anew"), "anew");
  now = 2_000;
  assert.deepEqual(await journal.once("new", {}, async () => "new"), "new");
  assert.deepEqual(await journal.once("k59", {}, async () => "anew"), "anew");
});
