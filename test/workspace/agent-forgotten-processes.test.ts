// The workspace agent: keys outlive their processes.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { journalLimits, keptProcessesMax } from "../../workspaces/agent/agent-limits.ts";
import { Journal } from "../../workspaces/agent/journal.ts";
import { agentPaths } from "../../workspaces/agent/wire/protocol.ts";
import { AgentFixture } from "../support/workspace/agent-fixture.ts";

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
  // The end is told before the oldest is cleared away.
  while (existsSync(join(agent.stateFolder, "output", "1"))) await agent.run(first);
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
  const journal = Journal.open(stateFolder, journalLimits, assert.fail);
  const started_at = new Date(0).toISOString();
  const end = { exit_code: 0, signal: null, start_error: null, ended_at: started_at, elapsed_ms: 1 };
  for (let at = 0; at < keptProcessesMax - 1; at++) {
    const key = `k${at}`;
    await journal.beginProcess({ key, digest: "", command: "true", cwd: ".", started_at, mark: 1 });
    journal.endProcess(key, { state: "exited", ...end, output_bytes: 0 });
  }
  journal.close();
}
