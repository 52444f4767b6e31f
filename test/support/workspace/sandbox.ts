// Tests run in the sandbox that workspaces get: real bubblewrap, real agents, all ended with the test.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { findOrFetchSandbox } from "../../../dev/install/sandbox-binary.ts";
import { processIds } from "../../../platform/system-processes.ts";
import type { AgentApi } from "../../../workspaces/agent/api.ts";
import { openAgent } from "../../../workspaces/client/agent-client.ts";
import type { WorkspaceDriver, WorkspacePlan } from "../../../workspaces/driver.ts";
import { createLocalDriver, type LocalDriverSettings } from "../../../workspaces/drivers/local/local.ts";
import { testBundlesFolder } from "../temporal-in-process.ts";

export const bwrapPath = (await findOrFetchSandbox()) ?? undefined;

/** Whether tests of the sandbox may be left out where there is none. Never by itself: it has to be said. */
const mayBeMissing = process.env["EVERTURN_TEST_WITHOUT_SANDBOX"] === "1";

const isThere = mayBeMissing ? await isSandboxThere() : true;
if (!isThere) {
  process.stderr.write("\nNO SANDBOX HERE: its tests do not run (EVERTURN_TEST_WITHOUT_SANDBOX=1).\n\n");
}

/** A test that needs the sandbox: without one it fails, unless EVERTURN_TEST_WITHOUT_SANDBOX=1 says that it may be left out. */
export function sandboxTest(name: string, body: (t: TestContext) => Promise<void>): void {
  void test(name, { skip: isThere ? false : "no sandbox here, and EVERTURN_TEST_WITHOUT_SANDBOX=1" }, body);
}

export const signal = new AbortController().signal;

export function aPlan(given: Partial<WorkspacePlan> = {}): WorkspacePlan {
  const limits = { memory_mib: 512, cpus: 1, pids: 256 };
  return { image: "", files: null, env: {}, network: false, limits, ...given };
}

export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

export interface TestWorkspace {
  readonly id: string;
  readonly agent: AgentApi;
  /** Runs a command to its end. */
  readonly run: (command: string) => Promise<Ran>;
}

export interface TestDriver {
  readonly dataDir: string;
  readonly driver: WorkspaceDriver;
  /** Provisioned and connected. */
  readonly workspace: (id: string, plan?: WorkspacePlan) => Promise<TestWorkspace>;
}

/** A driver with a data folder of its own; its workspaces are destroyed with the test, which fails if a process is left. */
export async function aDriver(t: TestContext, given: Partial<LocalDriverSettings> = {}): Promise<TestDriver> {
  const dataDir = given.dataDir ?? (await mkdtemp(path.join(tmpdir(), "everturn-sandbox-")));
  const secretKey = Buffer.alloc(32, 1);
  const driver = createLocalDriver({
    dataDir,
    deployment: "test",
    secretKey,
    allowUnsandboxed: false,
    bwrapPath,
    bundlesDir: testBundlesFolder,
    ...given,
  });
  t.after(async () => {
    for (const id of await driver.list()) await driver.destroy(id);
    await rm(dataDir, { recursive: true, force: true });
    // Of its own folder alone: other files run beside it.
    assert.deepEqual(processesNaming(dataDir), []);
  });
  return {
    dataDir,
    driver,
    async workspace(id, plan = aPlan()) {
      await driver.provision(id, plan, { signal, log: () => undefined });
      const reached = await connected(t, driver, { id, plan });
      // What tests do inside would be done to this machine otherwise.
      const { root } = await reached.agent.health(signal);
      if (given.allowUnsandboxed !== true) assert.equal(root, "/workspace");
      return { id, ...reached };
    },
  };
}

/** Connects, and closes the connection with the test. */
export async function connected(
  t: TestContext,
  driver: WorkspaceDriver,
  { id, plan = aPlan() }: { readonly id: string; readonly plan?: WorkspacePlan },
): Promise<Omit<TestWorkspace, "id">> {
  const agent = openAgent(await driver.connect(id, plan, signal));
  t.after(() => agent.close());
  return { agent, run: (command) => run(agent, command) };
}

let commands = 0;

async function run(agent: AgentApi, command: string): Promise<Ran> {
  commands += 1;
  const key = `c${commands}`;
  await agent.processes.start({ key, command }, signal);
  let output = "";
  for await (const event of agent.processes.follow({ key, offset: 0 }, signal)) {
    if (event.type === "ended") return { code: event.process.exit_code, output };
    output += Buffer.from(event.bytes).toString();
  }
  throw new Error("the stream ended before the process");
}

/** Pids of all processes of this machine to which something of the folder is shown, or whose command line names it. */
export function processesNaming(folder: string): number[] {
  // As mountinfo writes it: from the file system's root, which is above the temporary folder or is that folder.
  const bytes = Buffer.from(`/${path.relative(tmpdir(), folder)}/`).toString("latin1");
  const mounted = bytes.replaceAll(
    /[\\ \t\n]/g,
    (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
  return processIds().filter(
    (pid) => textOf(pid, "mountinfo").includes(mounted) || textOf(pid, "cmdline").includes(bytes),
  );
}

function textOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}

async function isSandboxThere(): Promise<boolean> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "everturn-sandbox-"));
  const driver = createLocalDriver({
    dataDir,
    deployment: "test",
    secretKey: Buffer.alloc(32),
    allowUnsandboxed: false,
    bwrapPath,
  });
  const probed = await driver.probe().then(
    () => true,
    () => false,
  );
  await rm(dataDir, { recursive: true });
  return probed;
}
