// Tests: what a chaos run looks at when all is over, or all the while, is found when it is not as it must be.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import proto from "@temporalio/proto";
import { checkChatRuns, checkLeftovers } from "../end-of-run.ts";
import { Absences } from "../stuck-watch.ts";
import type { WorkflowRun } from "./check-runs.ts";
import type { Finding } from "./finding.ts";
import { replayHistories } from "./replay.ts";

const verified = [{ chat_id: "1", history_version: 7 }];

function found(findings: readonly Finding[]): string[] {
  return findings.map(({ invariant, kind }) => `${invariant} ${kind}`);
}

test("3: a chat of which Temporal knows no run is found", () => {
  const run: WorkflowRun = {
    workflow_id: "chat-1",
    run_id: "a",
    status: "COMPLETED",
    started_ms: 1,
    closed_ms: 2,
  };
  assert.deepEqual(found(checkChatRuns([run], verified)), []);
  assert.deepEqual(found(checkChatRuns([{ ...run, workflow_id: "workspace-1" }], verified)), ["3 lost"]);
});

test("1, 6: a chat that changed at rest, one that is still busy, and rows of work in flight are found", () => {
  const chat = { id: "1", status: "waiting", history_version: 7 };
  const rows = { inflight_parts: 0, outbox: 0 };
  assert.deepEqual(found(checkLeftovers({ chats: [chat], rows }, verified)), []);
  assert.deepEqual(found(checkLeftovers({ chats: [{ ...chat, history_version: 8 }], rows }, verified)), [
    "1 wrong",
  ]);
  assert.deepEqual(found(checkLeftovers({ chats: [], rows }, verified)), ["1 wrong"]);
  assert.deepEqual(found(checkLeftovers({ chats: [{ ...chat, status: "running" }], rows }, verified)), [
    "6 stuck",
  ]);
  assert.deepEqual(found(checkLeftovers({ chats: [chat], rows: { ...rows, outbox: 1 } }, verified)), [
    "6 stuck",
  ]);
});

test("6: a chat that is busy without a workflow for more than 30 s is found, once", () => {
  const absences = new Absences();
  for (const second of [0, 10, 20, 30]) absences.look(["1"], second * 1_000);
  assert.deepEqual(absences.findings, []);
  for (const second of [31, 40, 80]) absences.look(["1"], second * 1_000);
  assert.deepEqual(found(absences.findings), ["6 stuck"]);
});

test("6: a workflow that comes in between, or a Temporal that cannot be asked, begins the time anew", () => {
  const absences = new Absences();
  absences.look(["1"], 0);
  absences.look([], 20_000);
  absences.look(["1"], 25_000);
  absences.look(["1"], 50_000);
  absences.forget();
  absences.look(["1"], 70_000);
  assert.deepEqual(absences.findings, []);
  assert.equal(absences.longestMs, 25_000);
});

test("7: a history that replays otherwise is found", async () => {
  const kept = JSON.parse(
    await readFile(new URL("../../histories/tools.json", import.meta.url), "utf8"),
  ) as object;
  const forged = JSON.parse(JSON.stringify(kept).replaceAll('"runTool"', '"runAnother"')) as object;
  const named = [kept, forged].map((history, at) => {
    return { workflowId: `chat-${at}`, history: proto.temporal.api.history.v1.History.fromObject(history) };
  });
  const { count, findings } = await replayHistories(named);
  assert.equal(count, 2);
  assert.deepEqual(
    findings.map(({ invariant, where }) => [invariant, where]),
    [[7, "chat-1"]],
  );
});
