// Tests: replays the kept histories of a folder with today's workflows.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import proto from "@temporalio/proto";
import { Worker } from "@temporalio/worker";
import type { TestTemporal } from "./workflow-run.ts";

const HISTORIES = new URL("../../histories/", import.meta.url);

/** Fails unless the folder of `test/histories/` has one history of each of these names and all of them replay. */
export async function assertKeptHistoriesReplay(
  temporal: TestTemporal,
  folder: string,
  names: readonly string[],
): Promise<void> {
  const place = new URL(folder, HISTORIES);
  const files = (await readdir(place)).filter((file) => file.endsWith(".json"));
  assert.deepEqual(files.map((file) => file.replace(".json", "")).toSorted(), names.toSorted());
  const histories = files.map(async (file) => ({
    // A replay takes its workflow's id from here.
    workflowId: `kept-${file}`,
    history: proto.temporal.api.history.v1.History.fromObject(
      JSON.parse(await readFile(new URL(file, place), "utf8")),
    ),
  }));
  const options = { workflowBundle: temporal.bundle };
  let replayed = 0;
  for await (const result of Worker.runReplayHistories(options, await Promise.all(histories))) {
    assert.equal(result.error, undefined, result.workflowId);
    replayed += 1;
  }
  assert.equal(replayed, names.length);
}
