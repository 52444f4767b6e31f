// Workspaces of the local driver from end to end: driver, sandbox, agent and client, through deaths and races.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { AgentError } from "../../workspaces/agent/api.ts";
import { WorkspaceError } from "../../workspaces/driver.ts";
import {
  aDriver,
  aPlan,
  connected,
  processesNaming,
  sandboxTest,
  signal,
} from "../support/workspace/sandbox.ts";

const connectScript = fileURLToPath(new URL("../support/workspace/connect-workspace.ts", import.meta.url));
const nodeTemplate = fileURLToPath(new URL("../../templates/node/files", import.meta.url));

interface OtherWorker {
  readonly child: ChildProcess;
  /** Ids of the agents it got connected to. */
  readonly instances: readonly string[];
}

async function anotherWorker(t: TestContext, args: readonly string[]): Promise<OtherWorker> {
  const child = spawn(process.execPath, [connectScript, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, instances: JSON.parse(line) as string[] };
  }
  throw new Error("it ended before it was connected");
}

async function kill({ child }: OtherWorker): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

sandboxTest("W5 a workspace begins with its template, and its tests run in it", async (t) => {
  const { workspace } = await aDriver(t);
  const { run, agent } = await workspace("w1", aPlan({ files: nodeTemplate }));
  const tests = await run("node --test");
  assert.equal(tests.code, 0, tests.output);
  await agent.files.writeFile(
    { key: "k", path: "src/broken.test.js", content: "throw new Error('no');\n" },
    signal,
  );
  assert.notEqual((await run("node --test src/broken.test.js")).code, 0);
  assert.equal(
    (await agent.files.grep({ pattern: "throw new" }, signal)).matches[0]?.path,
    "src/broken.test.js",
  );
  // What programs inside made belongs to who comes after them, too.
  assert.equal((await run("mkdir made && echo x > made/file && cat made/file")).output, "x\n");
  const edits = [{ search: "x", replace: "y" }];
  await agent.files.editFiles({ key: "k2", files: [{ path: "made/file", edits }] }, signal);
  assert.equal((await run("cat made/file && rm -r made")).output, "y\n");
});

sandboxTest(
  "W5 agent and processes survive the SIGKILL of the worker that started them, and another goes on",
  async (t) => {
    const { dataDir, driver } = await aDriver(t);
    const worker = await anotherWorker(t, [dataDir, "w1"]);
    const before = await connected(t, driver, { id: "w1" });
    const command = "for i in $(seq 40); do echo $i >> lines; echo $i; sleep 0.05; done";
    await before.agent.processes.start({ key: "p", command }, signal);
    await kill(worker);
    const { agent } = await connected(t, driver, { id: "w1" });
    assert.equal((await agent.health(signal)).instance_id, worker.instances[0]);
    assert.equal((await agent.processes.start({ key: "p", command }, signal)).created, false);
    let output = "";
    for await (const event of agent.processes.follow({ key: "p", offset: 0 }, signal)) {
      if (event.type === "output") output += Buffer.from(event.bytes).toString();
    }
    const once = Array.from({ length: 40 }, (_, at) => `${at + 1}\n`).join("");
    assert.equal(output, once);
    assert.equal(await readFile(path.join(dataDir, "workspaces", "w1", "files", "lines"), "utf8"), once);
  },
);

sandboxTest(
  "W2 workers that make and reach the same workspace at once get one workspace and one agent",
  async (t) => {
    const { dataDir, driver } = await aDriver(t);
    const workers = await Promise.all(
      [1, 2, 3].map(() => anotherWorker(t, [dataDir, "w1", "4", nodeTemplate])),
    );
    const instances = new Set(workers.flatMap((worker) => worker.instances));
    assert.equal(instances.size, 1);
    const { run } = await connected(t, driver, { id: "w1" });
    assert.equal((await run("node --test")).code, 0);
    const root = path.join(dataDir, "workspaces");
    assert.deepEqual((await readdir(root)).toSorted(), [".locks", "w1"]);
    assert.deepEqual(await readdir(path.join(root, ".locks")), []);
  },
);

sandboxTest(
  "W2 a worker that dies while it starts an agent holds nobody up, and leaves no second one",
  async (t) => {
    const { dataDir, driver } = await aDriver(t);
    await driver.provision("w1", aPlan(), { signal, log: () => undefined });
    const child = spawn(process.execPath, [connectScript, dataDir, "w1"], { stdio: "ignore" });
    const lock = path.join(dataDir, "workspaces", ".locks", "w1");
    const log = path.join(dataDir, "workspaces", "w1", "agent.log");
    // From here on it is about to start the agent, or has just done so.
    while (!existsSync(lock) && !existsSync(log)) await new Promise((resolve) => setImmediate(resolve));
    await kill({ child, instances: [] });
    const { agent, run } = await connected(t, driver, { id: "w1" });
    assert.equal((await run("echo up")).output, "up\n");
    const ids = await Promise.all(
      [1, 2, 3].map(
        async () => (await (await connected(t, driver, { id: "w1" })).agent.health(signal)).instance_id,
      ),
    );
    assert.deepEqual(new Set(ids), new Set([(await agent.health(signal)).instance_id]));
  },
);

sandboxTest(
  "W9 stopping ends everything that runs, also what hid; starting again finds the files, and an empty /tmp",
  async (t) => {
    const { dataDir, driver, workspace } = await aDriver(t);
    const { run, agent } = await workspace("w1");
    await run("echo kept > file; echo gone > /tmp/file; (setsid sleep 600 >/dev/null 2>&1 &)");
    await agent.processes.start(
      { key: "deaf", command: "trap '' TERM HUP; echo up; while :; do sleep 1; done" },
      signal,
    );
    await agent.processes.output({ key: "deaf", offset: 0, wait_ms: 10_000 }, signal);
    assert.notDeepEqual(processesNaming(dataDir), []);
    await driver.stop("w1");
    assert.deepEqual(processesNaming(dataDir), []);
    await assert.rejects(
      agent.health(signal),
      (error) => error instanceof AgentError && error.code === "unreachable",
    );
    await driver.stop("w1");
    const again = await connected(t, driver, { id: "w1" });
    assert.equal(
      (await again.run("cat file; ls /tmp; ps -e -o comm= 2>/dev/null | grep -c sleep")).output,
      "kept\n0\n",
    );
    // Ended by the stop, and known to the agent that came after.
    assert.notEqual((await again.agent.processes.get("deaf", signal)).state, "running");
  },
);

sandboxTest("W9 what is destroyed leaves no process and no file, whatever was done to keep it", async (t) => {
  const { dataDir, driver, workspace } = await aDriver(t);
  const { run } = await workspace("w1");
  await run(
    "mkdir -p locked/deep && touch locked/deep/file && ln -s / locked/root && chmod -R 000 locked; (setsid sleep 600 >/dev/null 2>&1 &)",
  );
  await writeFile(path.join(dataDir, "other"), "stays");
  await driver.destroy("w1");
  assert.deepEqual(processesNaming(dataDir), []);
  assert.deepEqual(await driver.list(), []);
  assert.equal(existsSync(path.join(dataDir, "workspaces", "w1")), false);
  assert.equal(existsSync(path.join(dataDir, "other")), true);
  await driver.destroy("w1");
  await assert.rejects(driver.connect("w1", aPlan(), signal), (error) => {
    return error instanceof WorkspaceError && error.code === "workspace_missing";
  });
});

sandboxTest("W5 a killed agent's processes are lost, never run again, and a new agent answers", async (t) => {
  const { dataDir, driver, workspace } = await aDriver(t);
  const { agent } = await workspace("w1");
  const start = { key: "p", command: "echo ran >> /workspace/ran; sleep 600" };
  await agent.processes.start({ ...start, command: start.command }, signal);
  await agent.processes.start({ key: "wait", command: "until [ -e ran ]; do sleep 0.01; done" }, signal);
  await agent.processes.output({ key: "wait", offset: 0, wait_ms: 10_000 }, signal);
  for (const pid of processesNaming(dataDir)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      // The first process of a sandbox takes the others with it.
      assert.equal((error as NodeJS.ErrnoException).code, "ESRCH");
    }
  }
  const again = await connected(t, driver, { id: "w1" });
  const found = await again.agent.processes.start(start, signal);
  assert.deepEqual([found.created, found.process.state], [false, "lost"]);
  assert.equal((await again.run("cat ran")).output, "ran\n");
});
