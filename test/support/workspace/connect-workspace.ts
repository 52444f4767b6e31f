// Tests: a process that provisions a workspace and connects to it, as a worker does; then says so, and waits to be killed.
import { openAgent } from "../../../workspaces/client/agent-client.ts";
import { createLocalDriver } from "../../../workspaces/drivers/local/local.ts";
import { testBundlesFolder } from "../temporal-in-process.ts";
import { aPlan, bwrapPath, signal } from "./sandbox.ts";

const [dataDir = "", id = "", connections = "1", files = ""] = process.argv.slice(2);
const secretKey = Buffer.alloc(32, 1);
const plan = aPlan({ files: files === "" ? null : files });

async function connect(): Promise<string> {
  // One driver each, so that they know as little of each other as workers do.
  const driver = createLocalDriver({
    dataDir,
    deployment: "test",
    secretKey,
    allowUnsandboxed: false,
    bwrapPath,
    bundlesDir: testBundlesFolder,
  });
  await driver.provision(id, plan, { signal, log: () => undefined });
  const agent = openAgent(await driver.connect(id, plan, signal));
  const { instance_id } = await agent.health(signal);
  agent.close();
  return instance_id;
}

const instances = await Promise.all(Array.from({ length: Number(connections) }, connect));
process.stdout.write(`${JSON.stringify(instances)}\n`);
// Alive until killed: a worker does not end when it has started an agent.
setInterval(() => undefined, 1_000);
