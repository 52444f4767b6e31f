// Tests: what admins are told about the workers.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { countFailedRun, rememberBuild } from "../../store/presence/worker-builds.ts";
import { beatWorker } from "../../store/presence/worker-processes.ts";
import { startTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;

before(async () => {
  api = await startTestApi({ temporalUiUrl: "https://temporal.example.com" });
});
after(() => api.stop());

const aProcess = (build_id: string) => ({
  id: randomUUID(),
  task_queue: "test",
  build_id,
  host: "a",
  pid: 1,
});

test("O4 admins see the builds of the workers, with their living processes and failed turns", async () => {
  await rememberBuild(api.pool, "test", "old");
  await rememberBuild(api.pool, "test", "new");
  await countFailedRun(api.pool, { task_queue: "test", build_id: "old", reason: "a bug" });
  await beatWorker(api.pool, aProcess("new"));
  await beatWorker(api.pool, aProcess("new"));
  await beatWorker(api.pool, { ...aProcess("elsewhere"), task_queue: "another" });

  const { status, body } = await api.call("GET /v1/workers");
  assert.equal(status, 200);
  assert.deepEqual(
    body.items.map(({ build_id, is_newest, living, failed_runs, last_failure }: Record<string, unknown>) => [
      build_id,
      is_newest,
      living,
      failed_runs,
      last_failure,
    ]),
    [
      ["new", true, 2, 0, null],
      ["old", false, 0, 1, "a bug"],
    ],
  );
  assert.deepEqual(body.links, { temporal: "https://temporal.example.com" });
  assert.deepEqual(Object.keys(body.items[0]).sort(), [
    "build_id",
    "failed_runs",
    "first_seen_at",
    "is_newest",
    "last_failed_at",
    "last_failure",
    "last_seen_at",
    "living",
  ]);
});
