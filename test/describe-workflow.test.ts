// Tests: control flow of the workflow that describes chats, and that histories of every shape still replay.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import proto from "@temporalio/proto";
import { Worker } from "@temporalio/worker";
import { DESCRIBE_SHAPES, playDescribeShape } from "./support/describe-shapes.ts";
import { openTemporal, type TestTemporal } from "./support/workflow-run.ts";

const HISTORIES = new URL("histories/descriptions/", import.meta.url);

let temporal: TestTemporal;
before(async () => {
  temporal = await openTemporal();
});
after(() => temporal.close());

for (const name of Object.keys(DESCRIBE_SHAPES)) {
  test(`M2 the description of the shape "${name}" writes what it must, in order, and ends`, async () => {
    const { run, shape } = await playDescribeShape(temporal, name);
    assert.deepEqual(run.calls, shape.calls);
    assert.equal((await run.handle.describe()).status.name, "COMPLETED");
  });
}

test("O4 kept histories of every shape of a description replay with today's workflows", async () => {
  const files = (await readdir(HISTORIES)).filter((file) => file.endsWith(".json"));
  assert.deepEqual(
    files.map((file) => file.replace(".json", "")).toSorted(),
    Object.keys(DESCRIBE_SHAPES).toSorted(),
  );
  for (const file of files) {
    const history = proto.temporal.api.history.v1.History.fromObject(
      JSON.parse(await readFile(new URL(file, HISTORIES), "utf8")),
    );
    await Worker.runReplayHistory({ workflowBundle: temporal.bundle }, history, `describe-${file}`);
  }
});
