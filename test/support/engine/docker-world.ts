// What tests of the docker driver stand on: the engine's stub, an agent's program small enough to be sent often, a template.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { WorkspacePlan } from "../../../core/workspace/workspace-plan.ts";
import type { AgentApi } from "../../../workspaces/agent/api.ts";
import { openAgent } from "../../../workspaces/client/agent-client.ts";
import type { AgentAddress, DriverStep, WorkspaceDriver } from "../../../workspaces/driver.ts";
import { createDockerDriver, type DockerDriverSettings } from "../../../workspaces/drivers/docker/docker.ts";
import { testBundlesFolder } from "../temporal-in-process.ts";
import { withoutDocumentVariable } from "./engine-document.ts";
import { type EngineStub, type StubSettings, startEngineStub } from "./engine-stub.ts";

export interface DockerWorld {
  readonly stub: EngineStub;
  readonly plan: WorkspacePlan;
  /** A driver as a new worker has it, with nothing remembered. */
  readonly driver: (changes?: Partial<DockerDriverSettings>) => WorkspaceDriver;
}

export const workspaceId = "0197f0c2-1111-7000-8000-000000000001";
export const image = "example.org/team/tools:2";
const nodeImage = "node:test";

/** The stub with one image to be pulled. After the test nothing may have been against the API's document. */
export async function dockerWorld(t: TestContext, settings: StubSettings = {}): Promise<DockerWorld> {
  const stub = await startEngineStub(settings);
  const folder = await mkdtemp(join(tmpdir(), "everturn-docker-"));
  t.after(async () => {
    await stub.close();
    await rm(folder, { recursive: true, force: true });
    assert.deepEqual(stub.violations, [], "the Engine API's document has nothing against any call or answer");
  });
  stub.world.registry.set(image, {
    env: ["PATH=/image/bin:/usr/bin:/bin", "LANGUAGE_HOME=/opt/language"],
    command: null,
  });
  // Present already, so that tests see the pull of one image.
  const withNode = { env: [], command: null, files: await imageWithNode(folder) };
  stub.world.images.set(nodeImage, withNode);
  stub.world.registry.set(nodeImage, withNode);
  const agentProgram = { bundles: testBundlesFolder, nodeImage };
  const secretKey = Buffer.alloc(32, 7);
  return {
    stub,
    plan: {
      image,
      files: await templateFiles(folder),
      env: { GREETING: "hello" },
      // A filtered one has a port of its own in each container, and those of the stub share this machine.
      network: "unfiltered",
      limits: { memory_mib: 512, cpus: 1.5, pids: 256 },
    },
    driver: (changes) =>
      createDockerDriver({
        dockerHost: stub.host,
        deployment: "test",
        secretKey,
        agentProgram,
        ...changes,
      }),
  };
}

/** The files of an image that has Node where the driver looks for it: small enough to be sent often. */
async function imageWithNode(folder: string): Promise<string> {
  const files = join(folder, "image");
  await mkdir(join(files, "usr/local/bin"), { recursive: true });
  const script = `#!/bin/sh\nexec "${process.execPath}" "$@"\n`;
  await writeFile(join(files, "usr/local/bin/node"), script, { mode: 0o755 });
  return files;
}

async function templateFiles(folder: string): Promise<string> {
  const files = join(folder, "files");
  await mkdir(join(files, "src"), { recursive: true });
  await writeFile(join(files, "README.md"), "# Tools\n");
  await writeFile(join(files, "src", "run.sh"), "#!/bin/sh\necho ran\n", { mode: 0o755 });
  await symlink("src/run.sh", join(files, "run"));
  // Neither is followed: a template's author has no business with this machine's files.
  await symlink("/etc/hostname", join(files, "outside"));
  return files;
}

export interface Step extends DriverStep {
  readonly lines: readonly string[];
}

export function aStep(signal: AbortSignal = new AbortController().signal): Step {
  const lines: string[] = [];
  return { signal, lines, log: (line) => lines.push(line) };
}

/** At least so many calls and answers were judged, unless the tests were told to do without the document. */
export function assertJudged(stub: EngineStub, atLeast: number): void {
  if (process.env[withoutDocumentVariable] === "1") return;
  assert.ok(stub.judged >= atLeast, `${stub.judged} calls and answers were judged`);
}

export const patience = (): AbortSignal => AbortSignal.timeout(60_000);

/** Opens the agent at an address, and closes the connection with the test. */
export function agentAt(t: TestContext, address: AgentAddress): AgentApi {
  const agent = openAgent(address);
  t.after(() => agent.close());
  return agent;
}

/** Runs a command in the workspace and gives what it wrote, whole. */
export async function runInside(agent: AgentApi, key: string, command: string): Promise<string> {
  await agent.processes.start({ key, command }, patience());
  let text = "";
  for await (const event of agent.processes.follow({ key, offset: 0 }, patience()))
    if (event.type === "output") text += Buffer.from(event.bytes).toString();
  return text;
}

/** As the engine was before the first workspace; there must be no containers. */
export async function forgetEverything({ world }: EngineStub): Promise<void> {
  for (const volume of world.volumes.values()) await world.removeVolume(volume);
  world.images.clear();
}

/** What a world consists of, without ids and times: equal for equal workspaces. */
export function inventoryOf({ world }: EngineStub): object {
  return {
    containers: [...world.containers.values()]
      .map(({ name, config }) => ({ name, config }))
      .toSorted((one, other) => one.name.localeCompare(other.name)),
    volumes: [...world.volumes.values()]
      .map(({ name, labels }) => ({ name, labels }))
      .toSorted((one, other) => one.name.localeCompare(other.name)),
    networks: [...world.networks.values()].map(({ name, labels, internal }) => ({ name, labels, internal })),
  };
}
