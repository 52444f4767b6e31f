// The workspace agent: keys outlive their processes.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { AgentFixture } from "../../workspaces/agent/agent-fixture.ts";
import { keptProcessesMax } from "../../workspaces/agent/agent-limits.ts";
import type { ProcessInfo } from "../../workspaces/agent/api.ts";
import { ForgottenProcesses } from "../../workspaces/agent/processes/forgotten-processes.ts";
import { ProcessJournal } from "../../workspaces/agent/processes/process-journal.ts";
import { agentPaths } from "../../workspaces/agent/wire/protocol.ts";

const folder = mkdtempSync(join(tmpdir(), "forgotten-"));
after(() => rmSync(folder, { recursive: true }));

test("W5 the oldest processes are forgotten with their output, and even so never run again", async (t) => {
  const agent = await AgentFixture.start(t);
  const first = { key: "first", command: "echo ran >> runs; echo said" };
  await agent.run(first);
  await agent.followed("first");
  await agent.end("SIGTERM");
  await fill(agent.stateFolder);
  await agent.start();
  await agent.run({ key: "one-more", command: "true" });
  await agent.followed("one-more");
  const folders = () => readdirSync(join(agent.stateFolder, "processes")).length;
  // The end is told before the oldest is cleared away.
  while (folders() > keptProcessesMax) await agent.run(first);
  for (const restarted of [false, true]) {
    if (restarted) {
      await agent.end("SIGKILL");
      await agent.start();
    }
    const { created, process } = await agent.run(first);
    assert.deepEqual(
      [created, process.state, process.exit_code, process.output_bytes, process.output_kept_from],
      [false, "exited", 0, 5, 5],
    );
    assert.equal((await agent.followed("first")).text, "");
    assert.equal((await agent.output("first", "offset=0")).offset, 5);
    assert.equal((await agent.act("first", "signal", { signal: "SIGTERM" })).state, "exited");
    const conflict = await agent.refusal({ path: agentPaths.processes, body: { ...first, command: "ls" } });
    assert.equal(conflict.code, "key_conflict");
  }
  assert.equal(readFileSync(join(agent.root, "runs"), "utf8"), "ran\n");
});

/** As many ended processes as are kept. */
async function fill(stateFolder: string): Promise<void> {
  const journal = new ProcessJournal(join(stateFolder, "processes"));
  const started_at = new Date(0).toISOString();
  for (let at = 0; at < keptProcessesMax - 1; at++) {
    const start = { key: `k${at}`, digest: "", command: "true", cwd: ".", started_at, order: at + 2 };
    const end = { exit_code: 0, signal: null, start_error: null, ended_at: started_at, elapsed_ms: 1 };
    journal.end(await journal.begin(start), { state: "exited", ...end, output_bytes: 0 });
  }
}

test("more keys than are kept lose the oldest, in the file too, which does not grow without end", async () => {
  const path = join(folder, "forgotten.jsonl");
  const forgotten = await ForgottenProcesses.open(path, 3);
  await Promise.all(
    Array.from({ length: 20 }, async (_, order) =>
      forgotten.add({ digest: "d", order, process: { key: `k${order}` } as ProcessInfo }),
    ),
  );
  assert.equal(forgotten.get("k16"), undefined);
  assert.equal(forgotten.get("k17")?.order, 17);
  await forgotten.close();
  assert(readFileSync(path, "utf8").trim().split("\n").length <= 6);
  const again = await ForgottenProcesses.open(path, 3);
  assert.deepEqual([again.get("k16"), again.get("k19")?.order, again.newestOrder], [undefined, 19, 19]);
  await again.close();
});
