// The local driver where something is different: the key, the names, the start, the sandbox.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { lchown, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { isAlive } from "../../platform/system-processes.ts";
import { AgentError } from "../../workspaces/agent/api.ts";
import { Doorkeeper } from "../../workspaces/agent/wire/proof.ts";
import { openAgent } from "../../workspaces/client/agent-client.ts";
import { agentTokenOf } from "../../workspaces/client/agent-token.ts";
import { WorkspaceError } from "../../workspaces/driver.ts";
import { findProcesses } from "../../workspaces/drivers/local/find-processes.ts";
import { placesOf } from "../../workspaces/drivers/local/place/workspace-place.ts";
import {
  aDriver,
  aPlan,
  bwrapPath,
  connected,
  processesNaming,
  sandboxTest,
  signal,
} from "../support/workspace/sandbox.ts";

sandboxTest(
  "W10 an agent that knows another secret key is ended, and one that knows ours is started",
  async (t) => {
    const { dataDir, workspace } = await aDriver(t);
    const { run } = await workspace("w1");
    await run("echo kept > file");
    const { driver } = await aDriver(t, { dataDir, secretKey: Buffer.alloc(32, 2) });
    const again = await connected(t, driver, { id: "w1" });
    assert.equal((await again.run("cat file")).output, "kept\n");
    await assert.rejects(run("cat file"), (error) => error instanceof AgentError);
  },
);

sandboxTest(
  "W10 after a change of the secret key, an agent that knows the previous one goes on, and so does its work",
  async (t) => {
    const { dataDir, workspace } = await aDriver(t);
    const { agent } = await workspace("w1");
    await agent.processes.start({ key: "p", command: "sleep 600" }, signal);
    const keys = { secretKey: Buffer.alloc(32, 2), secretKeyPrevious: Buffer.alloc(32, 1) };
    const { driver } = await aDriver(t, { dataDir, ...keys });
    const again = await connected(t, driver, { id: "w1" });
    assert.equal((await again.agent.processes.get("p", signal)).state, "running");
    // Started anew, it has the new key.
    await driver.stop("w1");
    await connected(t, driver, { id: "w1" });
    const { driver: later } = await aDriver(t, { dataDir, secretKey: keys.secretKey });
    const { instance_id } = await (await connected(t, driver, { id: "w1" })).agent.health(signal);
    const found = await connected(t, later, { id: "w1" });
    assert.equal((await found.agent.health(signal)).instance_id, instance_id);
  },
);

sandboxTest("W5 an agent that was frozen is woken, and its work goes on", async (t) => {
  const { dataDir, driver, workspace } = await aDriver(t);
  const { agent } = await workspace("w1");
  const { instance_id } = await agent.health(signal);
  await agent.processes.start({ key: "p", command: "sleep 600" }, signal);
  const place = placesOf(path.join(dataDir, "workspaces")).of("w1");
  for (const { pid, kind } of await findProcesses(place)) {
    if (kind === "agent") process.kill(pid, "SIGSTOP");
  }
  const woken = await connected(t, driver, { id: "w1" });
  assert.equal((await woken.agent.health(signal)).instance_id, instance_id);
  assert.equal((await woken.agent.processes.get("p", signal)).state, "running");
});

sandboxTest("an agent of an older Everturn is replaced, one of a newer is left alone", async (t) => {
  const { dataDir, driver, workspace } = await aDriver(t);
  const { agent, run } = await workspace("w1");
  await run("echo kept > file");
  const { instance_id } = await agent.health(signal);
  const { socket } = placesOf(path.join(dataDir, "workspaces")).of("w1");
  const away = `${socket}.away`;
  const door = new Doorkeeper(agentTokenOf(Buffer.alloc(32, 1), "w1"));
  let version = "9.0";
  const server = createServer((request, response) => {
    if (door.greet(request, response)) return;
    response.end(JSON.stringify({ version, instance_id: "other", started_at: "now", root: "/" }));
  });
  t.after(() => server.close());
  await rename(socket, away);
  await once(server.listen(socket), "listening");
  await assert.rejects(driver.connect("w1", aPlan(), signal), /newer Everturn/);
  // It goes on: here the real one, whose place was taken.
  await rename(away, `${socket}.real`);
  const real = openAgent({
    kind: "unix",
    path: `${socket}.real`,
    token: agentTokenOf(Buffer.alloc(32, 1), "w1"),
  });
  t.after(() => real.close());
  assert.equal((await real.health(signal)).instance_id, instance_id);
  version = "1.7";
  const replaced = await connected(t, driver, { id: "w1" });
  assert.notEqual((await replaced.agent.health(signal)).instance_id, instance_id);
  assert.equal((await replaced.run("cat file")).output, "kept\n");
});

sandboxTest(
  "W10 a workspace with paths longer than the kernel takes is started again, and deleted",
  async (t) => {
    const { dataDir, driver, workspace } = await aDriver(t);
    const { run } = await workspace("w1");
    const name = "deep".repeat(25);
    await run(
      `for i in $(seq 60); do mkdir ${name}; cd -P ${name} 2>/dev/null || cd ${name}; done; echo end > end.txt`,
    );
    await driver.stop("w1");
    const { files, folder } = placesOf(path.join(dataDir, "workspaces")).of("w1");
    // As if another user had run Everturn before: all files are given to the workspace's user.
    if (process.getuid?.() === 0) await lchown(files, 1, 1);
    const again = await connected(t, driver, { id: "w1" });
    const deepest = Array.from({ length: 60 }, () => name).join("/");
    const { content } = await again.agent.files.readLines({ path: `${deepest}/end.txt` }, signal);
    assert.equal(content, "1\tend");
    await again.agent.files.writeFile({ key: "k", path: `${deepest}/end.txt`, content: "mine" }, signal);
    await driver.destroy("w1");
    assert.equal(existsSync(folder), false);
  },
);

const oddFolderNames = [
  `it's "a" $HOME ${"long".repeat(30)}`,
  "Übung 数据 🗂",
  "two\nlines\tand a tab ",
  // The same letter, written as one character and as two.
  "é e\u0301",
];
for (const name of oddFolderNames) {
  sandboxTest(
    `W10 what runs below a data folder named ${JSON.stringify(name)} is found and ended`,
    async (t) => {
      const folder = await mkdtemp(path.join(tmpdir(), "everturn-sandbox-"));
      t.after(() => rm(folder, { recursive: true, force: true }));
      const { driver, workspace, dataDir } = await aDriver(t, { dataDir: path.join(folder, name) });
      const { run } = await workspace("w1");
      assert.equal((await run("pwd")).output, "/workspace\n");
      assert.notDeepEqual(processesNaming(dataDir), []);
      await driver.stop("w1");
      assert.deepEqual(processesNaming(dataDir), []);
      await driver.destroy("w1");
    },
  );
}

sandboxTest("W10 a data folder reached through a link is the folder it leads to", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "everturn-sandbox-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { workspace, dataDir } = await aDriver(t, { dataDir: path.join(folder, "real") });
  await workspace("w1");
  await symlink(dataDir, path.join(folder, "link"));
  const { driver } = await aDriver(t, { dataDir: path.join(folder, "link") });
  await driver.stop("w1");
  assert.deepEqual(processesNaming(dataDir), []);
});

sandboxTest("W3 an agent that cannot start fails the attempt at once, with the end of its log", async (t) => {
  const { driver, dataDir } = await aDriver(t);
  await driver.provision("w1", aPlan(), { signal, log: () => undefined });
  const plan = aPlan({ env: { "NOT A NAME": "x" } });
  await assert.rejects(driver.connect("w1", plan, signal), (error) => {
    return (
      error instanceof WorkspaceError && error.code === "agent_failed" && error.message.includes("NOT A NAME")
    );
  });
  assert.deepEqual(processesNaming(dataDir), []);
  const { run } = await connected(t, driver, { id: "w1" });
  assert.equal((await run("echo up")).output, "up\n");
});

test("W10 without a sandbox nothing is made and nothing runs, and the words say what to do", async (t) => {
  const { driver, dataDir } = await aDriver(t, { bwrapPath: path.join(tmpdir(), "no-bwrap") });
  const isMissing = (error: unknown) => {
    assert.ok(error instanceof WorkspaceError && error.code === "sandbox_missing");
    assert.match(error.message, /apt-get install bubblewrap.*EVERTURN_ALLOW_UNSANDBOXED=1/);
    return true;
  };
  await assert.rejects(driver.probe(), isMissing);
  await assert.rejects(driver.provision("w1", aPlan(), { signal, log: () => undefined }), isMissing);
  await assert.rejects(driver.connect("w1", aPlan(), signal), isMissing);
  assert.deepEqual(await driver.list(), []);
  assert.deepEqual(processesNaming(dataDir), []);
});

sandboxTest("W10 a sandbox that did not work is tried again at the next use", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "everturn-bwrap-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const program = path.join(folder, "bwrap");
  await writeFile(program, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const { driver, workspace } = await aDriver(t, { bwrapPath: program, allowUnsandboxed: true });
  assert.match((await driver.probe()).join(), /WITHOUT a sandbox/);
  await rm(program);
  await symlink(bwrapPath as string, program);
  assert.deepEqual(await driver.probe(), []);
  const { agent } = await workspace("w1");
  assert.equal((await agent.health(signal)).root, "/workspace");
});

sandboxTest("W10 a workspace has as much disk as its template says", async (t) => {
  const { workspace } = await aDriver(t);
  const limits = { memory_mib: 512, cpus: 1, pids: 256, disk_mib: 32 };
  const { run, agent } = await workspace("w1", aPlan({ limits }));
  let writes = 0;
  const write = () =>
    agent.files.writeFile({ key: `w${(writes += 1)}`, path: "small", content: "text" }, signal);
  /** Until the measurement after the last command is made. */
  const writeUntilRefused = async () => {
    for (;;) await write();
  };
  assert.notEqual((await run("head -c 50000000 /dev/zero > large")).code, 0);
  assert.equal((await run("stat -c %s large")).output, `${32 * 1024 * 1024}\n`);
  await assert.rejects(writeUntilRefused(), {
    code: "no_space",
    message: /^The workspace may use 32 MiB of disk/,
  });
  // Making room is always possible, and counts at once.
  assert.equal((await run("rm large")).code, 0);
  await write();
  const grows = run("for i in $(seq 1000); do head -c 1000000 /dev/zero > file$i; sleep 0.05; done");
  const hasEnded = grows.then(() => true);
  // Each start of a command is a reason to measure, and those that have written nothing go on.
  const another = async () => {
    assert.deepEqual(await run("echo here"), { code: 0, output: "here\n" });
    return false;
  };
  while (!(await Promise.race([hasEnded, another()])));
  const words = "The workspace may use 32 MiB of disk, and they are used up. The command was ended.";
  assert.deepEqual(await grows, { code: null, output: `\n${words}\n` });
});

test("W10 explicitly allowed, commands run without a sandbox: with a warning, a clean environment, and an end", async (t) => {
  process.env["EVERTURN_TEST_SECRET"] = "secret";
  t.after(() => delete process.env["EVERTURN_TEST_SECRET"]);
  const settings = { bwrapPath: path.join(tmpdir(), "no-bwrap"), allowUnsandboxed: true };
  const { driver, dataDir, workspace } = await aDriver(t, settings);
  assert.match((await driver.probe()).join(), /WITHOUT a sandbox/);
  const { run, agent } = await workspace("w1", aPlan({ env: { GREETING: "hi" } }));
  const { output } = await run("pwd; env; (setsid sleep 600 >/dev/null 2>&1 & echo $! > sleeper)");
  assert.ok(output.includes("GREETING=hi") && !output.includes("EVERTURN_TEST_SECRET"), output);
  const files = path.join(dataDir, "workspaces", "w1", "files");
  assert.equal(output.split("\n")[0], files);
  await assert.rejects(agent.files.readLines({ path: "/etc/passwd" }, signal), AgentError);
  const sleeper = Number(await readFile(path.join(files, "sleeper"), "utf8"));
  assert.equal(isAlive(sleeper), true);
  await driver.stop("w1");
  assert.deepEqual(processesNaming(dataDir), []);
  assert.equal(isAlive(sleeper), false);
  await driver.destroy("w1");
  assert.deepEqual(await driver.list(), []);
});
