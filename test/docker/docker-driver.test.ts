// The docker driver against a stub of the engine whose calls and answers are judged by the published API document.
// Containers of the stub really run the agent that was sent to them.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { lstat, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { type AgentAddress, WorkspaceError } from "../../workspaces/driver.ts";
import {
  agentAt,
  aStep,
  assertJudged,
  dockerWorld,
  image,
  inventoryOf,
  patience,
  runInside,
  workspaceId,
} from "../support/engine/docker-world.ts";

const run = promisify(execFile);
const name = `everturn-${workspaceId}`;
const labels = { "dev.everturn.workspace": workspaceId, "dev.everturn.deployment": "test" };

test("W10 a workspace is provisioned, connected, and its agent runs commands and serves files", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  const docker = driver();
  const step = aStep();
  assert.deepEqual(await docker.probe(), []);
  await docker.provision(workspaceId, plan, step);
  const address = await docker.connect(workspaceId, plan, patience());
  const agent = agentAt(t, address);
  assert.equal((await agent.files.readLines({ path: "README.md" }, patience())).total_lines, 1);
  const found = await agent.files.grep({ pattern: "Tools" }, patience());
  assert.deepEqual(found.matches, [{ path: "README.md", line: 1, text: "# Tools" }]);
  const said = await runInside(agent, "call-1", "sh src/run.sh; echo $GREETING $LANGUAGE_HOME $PATH");
  assert.equal(said, "ran\nhello /opt/language /image/bin:/usr/bin:/bin:/opt/everturn\n");
  const ofAgent = await runInside(agent, "call-2", "cat /proc/$PPID/environ /proc/$PPID/cmdline");
  assert.ok(ofAgent.includes("--root") && !ofAgent.includes(address.token));
  assert.ok(step.lines.some((line) => line.startsWith("Pulling image")));
  assertJudged(stub, 20);
  assert.deepEqual(await docker.list(), [workspaceId]);
});

test("W10 the container is not root, without capabilities, read-only, and limited as the plan says", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  await driver().provision(workspaceId, plan, aStep());
  await driver().connect(workspaceId, plan, patience());
  const create = stub.seen.find(({ path, query }) => path === "/containers/create" && query["name"] === name);
  const body = create?.body as { readonly [field: string]: unknown } & {
    readonly HostConfig: Record<string, unknown>;
  };
  assert.equal(body["User"], "1000:1000");
  assert.deepEqual(body.HostConfig["CapDrop"], ["ALL"]);
  assert.equal(body.HostConfig["CapAdd"], undefined);
  assert.deepEqual(body.HostConfig["SecurityOpt"], ["no-new-privileges"]);
  assert.equal(body.HostConfig["Privileged"], false);
  assert.equal(body.HostConfig["ReadonlyRootfs"], true);
  assert.equal(body.HostConfig["Memory"], 512 * 1024 * 1024);
  assert.equal(body.HostConfig["MemorySwap"], 512 * 1024 * 1024);
  assert.equal(body.HostConfig["NanoCpus"], 1.5e9);
  assert.equal(body.HostConfig["PidsLimit"], 256 + 32, "the bridges of some workers have room beside");
  assert.equal(body.HostConfig["Init"], true);
  assert.deepEqual(body.HostConfig["RestartPolicy"], { Name: "no" });
  assert.equal(body.HostConfig["NetworkMode"], "bridge");
  assert.equal(body.HostConfig["Binds"], undefined, "nothing of this machine is mounted");
  assert.equal(body.HostConfig["PortBindings"], undefined, "no port is published");
  const mounts = body.HostConfig["Mounts"] as { Type: string; Target: string; ReadOnly: boolean }[];
  assert.deepEqual(
    mounts.map(({ Type, Target, ReadOnly }) => [Type, Target, ReadOnly]),
    [
      ["volume", "/workspace", false],
      ["volume", "/var/lib/everturn", false],
      ["volume", "/opt/everturn", true],
    ],
  );
  const { "dev.everturn.config": config, ...others } = body["Labels"] as Record<string, string>;
  assert.deepEqual(others, { ...labels, "dev.everturn.transport": "exec" });
  assert.match(config ?? "", /^[0-9a-f]{64}$/);
  const tmp = body.HostConfig["Tmpfs"] as Record<string, string>;
  assert.match(tmp["/tmp"] ?? "", /nosuid,nodev/);
});

test("W10 a template without network gets a container without any, and its agent is reached all the same", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  const docker = driver();
  const closed = { ...plan, network: false };
  await docker.provision(workspaceId, closed, aStep());
  const agent = agentAt(t, await docker.connect(workspaceId, closed, patience()));
  assert.equal(await runInside(agent, "call-1", "echo reached"), "reached\n");
  assert.equal(stub.world.container(name).config.HostConfig.NetworkMode, "none");
  assert.equal(stub.world.networks.size, 0);
});

test("workers that start one stopped workspace at once reach one agent, and the token stays nowhere inside", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  await driver().provision(workspaceId, plan, aStep());
  const workers = [driver(), driver(), driver()];
  const addresses = await Promise.all(workers.map((each) => each.connect(workspaceId, plan, patience())));
  const agents = addresses.map((address) => agentAt(t, address));
  const instances = await Promise.all(
    agents.map(async (agent) => (await agent.health(patience())).instance_id),
  );
  assert.equal(new Set(instances).size, 1);
  const { token } = addresses[0] as AgentAddress;
  for (const { folder } of stub.world.volumes.values()) {
    const { stdout } = await run("grep", ["-rlF", token, folder]).catch(() => ({ stdout: "" }));
    assert.equal(stdout, "");
  }
});

test("containers of older versions, whose agents listened on ports, are made anew around their files", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  const docker = driver();
  await docker.provision(workspaceId, plan, aStep());
  await writeFile(join(stub.world.volume(name).folder, "kept.txt"), "kept");
  const network = stub.world.createNetwork({ name, labels, internal: true });
  const old = await stub.world.createContainer(name, {
    Image: image,
    Labels: { ...labels, "dev.everturn.config": "older" },
    Entrypoint: ["/bin/sleep", "1000"],
    HostConfig: { Mounts: [{ Source: name, Target: "/workspace" }], NetworkMode: name },
  });
  await stub.world.startContainer(old);
  const agent = agentAt(t, await docker.connect(workspaceId, plan, patience()));
  assert.match((await agent.files.readLines({ path: "kept.txt" }, patience())).content, /kept/);
  assert.equal(stub.world.containers.has(old.id), false);
  assert.equal(stub.world.networks.has(network.id), false);
});

test("W9 an attempt that is over before the agent's program is in the engine loses nothing: what runs goes on, and the next attempt waits for the same copy", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  await driver().provision(workspaceId, plan, aStep());
  const old = await stub.world.createContainer(name, {
    Image: image,
    Labels: { ...labels, "dev.everturn.config": "older" },
    Entrypoint: ["/bin/sleep", "1000"],
    HostConfig: { Mounts: [{ Source: name, Target: "/workspace" }], NetworkMode: "none" },
  });
  await stub.world.startContainer(old);
  // As after an upgrade: a new version's volume is empty.
  for (const volume of stub.world.volumes.values())
    if (volume.name.includes("-agent-")) await stub.world.removeVolume(volume);
  const docker = driver();
  const abort = new AbortController();
  stub.setFault((call) => {
    if (call.method === "GET" && call.path.endsWith("-node/archive")) abort.abort(new Error("over"));
    return null;
  });
  const copies = () =>
    stub.seen.filter(({ method, path }) => method === "GET" && path === `/containers/${name}-node/archive`)
      .length;
  const before = copies();
  await assert.rejects(docker.connect(workspaceId, plan, abort.signal), /over/);
  assert.equal(old.process?.running, true);
  agentAt(t, await docker.connect(workspaceId, plan, patience()));
  assert.equal(copies(), before + 1);
  assert.equal(stub.world.containers.has(old.id), false);
});

test("W7 the template's files arrive as they are: modes kept, links as links, nothing of this machine read", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  await driver().provision(workspaceId, plan, aStep());
  const { folder } = stub.world.volume(name);
  assert.equal(await readFile(join(folder, "README.md"), "utf8"), "# Tools\n");
  assert.equal((await lstat(join(folder, "src", "run.sh"))).mode & 0o777, 0o755);
  assert.equal(await readlink(join(folder, "run")), "src/run.sh");
  assert.equal(await readlink(join(folder, "outside")), "/etc/hostname");
});

test("each step twice is the step once", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  await driver().provision(workspaceId, plan, aStep());
  const provisioned = inventoryOf(stub);
  const again = aStep();
  await driver().provision(workspaceId, plan, again);
  assert.deepEqual(inventoryOf(stub), provisioned);
  assert.deepEqual(again.lines, []);

  const first = agentAt(t, await driver().connect(workspaceId, plan, patience()));
  const second = agentAt(t, await driver().connect(workspaceId, plan, patience()));
  const [one, other] = [await first.health(patience()), await second.health(patience())];
  assert.equal(one.instance_id, other.instance_id, "a running agent is found, not started");
  await driver().provision(workspaceId, plan, aStep());
  assert.equal((await first.health(patience())).instance_id, one.instance_id, "a running one is left alone");

  await driver().stop(workspaceId);
  const stopped = inventoryOf(stub);
  await driver().stop(workspaceId);
  assert.deepEqual(inventoryOf(stub), stopped);
  await driver().destroy(workspaceId);
  await driver().destroy(workspaceId);
  assert.deepEqual(await driver().list(), []);
  assert.equal(stub.world.containers.size, 0);
  assert.deepEqual(
    [...stub.world.volumes.values()].map((volume) => Object.keys(volume.labels)),
    [["dev.everturn.agent", "dev.everturn.deployment"]],
    "only the agent's program stays, for the next workspace",
  );
});

test("W9 a stopped workspace holds no container, and keeps its files", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  const docker = driver();
  await docker.provision(workspaceId, plan, aStep());
  const agent = agentAt(t, await docker.connect(workspaceId, plan, patience()));
  await agent.files.writeFile({ key: "w1", path: "kept.txt", content: "kept" }, patience());
  const pids = [...stub.world.containers.values()].map(({ process }) => process?.pid ?? 0);
  await docker.stop(workspaceId);
  for (const pid of pids) assert.throws(() => process.kill(pid, 0), /ESRCH/, "the agent has ended");
  assert.equal(stub.world.containers.size, 0);
  assert.deepEqual(await docker.list(), [workspaceId]);
  const revived = agentAt(t, await docker.connect(workspaceId, plan, patience()));
  assert.match((await revived.files.readLines({ path: "kept.txt" }, patience())).content, /kept/);
  assert.equal((await revived.files.listDir({}, patience())).entries.length, 5, "the template came once");
});

test("an agent that died is started again, and a container somebody removed is made again around its files", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  const docker = driver();
  await docker.provision(workspaceId, plan, aStep());
  const agent = agentAt(t, await docker.connect(workspaceId, plan, patience()));
  await agent.files.writeFile({ key: "w1", path: "kept.txt", content: "kept" }, patience());
  const before = await agent.health(patience());
  for (const container of stub.world.containers.values()) await stub.world.endOf(container);
  const revived = agentAt(t, await docker.connect(workspaceId, plan, patience()));
  assert.notEqual((await revived.health(patience())).instance_id, before.instance_id);

  await stub.world.removeContainer(stub.world.container(name), true);
  const remade = agentAt(t, await driver().connect(workspaceId, plan, patience()));
  assert.match((await remade.files.readLines({ path: "kept.txt" }, patience())).content, /kept/);
});

test("a new version of the agent, or another plan, is taken up at the next start and never under running processes", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  await driver().provision(workspaceId, plan, aStep());
  await driver().connect(workspaceId, plan, patience());
  const [running] = [...stub.world.containers.keys()];
  const larger = { ...plan, limits: { ...plan.limits, memory_mib: 1024 } };
  await driver().connect(workspaceId, larger, patience());
  assert.deepEqual([...stub.world.containers.keys()], [running]);
  for (const container of stub.world.containers.values()) await stub.world.endOf(container);
  await driver().connect(workspaceId, larger, patience());
  const [now] = [...stub.world.containers.values()];
  assert.notEqual(now?.id, running);
  assert.equal((now?.config.HostConfig as { Memory?: number } | undefined)?.Memory, 1024 * 1024 * 1024);
});

test("deployments on one engine neither see nor touch each other's workspaces", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  const other = "0197f0c2-1111-7000-8000-000000000002";
  await driver().provision(workspaceId, plan, aStep());
  await driver().connect(workspaceId, plan, patience());
  await driver({ deployment: "elsewhere" }).provision(other, plan, aStep());
  assert.deepEqual(await driver().list(), [workspaceId]);
  assert.deepEqual(await driver({ deployment: "elsewhere" }).list(), [other]);
  const before = inventoryOf(stub);
  await driver({ deployment: "elsewhere" }).destroy(workspaceId);
  assert.deepEqual(inventoryOf(stub), before, "the other deployment's workspace of that id is left alone");
  const foreign = { code: "driver_failed", message: /not made by this deployment/ };
  const theirs = driver({ deployment: "elsewhere" });
  await assert.rejects(theirs.provision(workspaceId, plan, aStep()), foreign);
  await assert.rejects(theirs.connect(workspaceId, plan, patience()), foreign);
  await assert.rejects(theirs.stop(workspaceId), foreign);
  assert.deepEqual(inventoryOf(stub), before);
});

test("a volume of the name that is not ours is not filled", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  await stub.world.createVolume(name, {});
  await assert.rejects(driver().provision(workspaceId, plan, aStep()), /not made by this deployment/);
  assert.equal(stub.world.containers.size, 0);
});

test("O5 a workspace put into quarantine keeps everything, is brought back, or is removed when its time is over", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  const docker = driver();
  await docker.provision(workspaceId, plan, aStep());
  const before = inventoryOf(stub);
  await docker.connect(workspaceId, plan, patience());
  assert.equal(await docker.keeping.quarantine(workspaceId), null, "its agent lives");
  await docker.stop(workspaceId);
  const later = new Date(Date.now() + 3_600_000);
  assert.equal(await docker.keeping.discard(workspaceId, later), false, "it is not in quarantine");
  assert.match(String(await docker.keeping.quarantine(workspaceId)), new RegExp(name));
  const [place] = await docker.keeping.survey();
  assert.deepEqual([place?.workspace_id, place?.owner], [workspaceId, "ours"]);
  const since = place?.quarantined_at as Date;
  await docker.keeping.quarantine(workspaceId);
  assert.deepEqual(
    (await docker.keeping.survey())[0]?.quarantined_at,
    since,
    "a second note changes nothing",
  );
  assert.deepEqual(await docker.list(), []);
  assert.deepEqual(await driver({ deployment: "elsewhere" }).keeping.survey(), []);
  assert.equal(await driver({ deployment: "elsewhere" }).keeping.discard(workspaceId, later), false);
  await docker.keeping.release(workspaceId);
  await docker.provision(workspaceId, plan, aStep());
  assert.deepEqual(inventoryOf(stub), before);
  await docker.keeping.quarantine(workspaceId);
  const [again] = await docker.keeping.survey();
  assert.equal(await docker.keeping.discard(workspaceId, again?.quarantined_at as Date), false);
  assert.equal(await docker.keeping.discard(workspaceId, later), true);
  assert.equal(stub.world.volumes.has(name), false);
  assert.deepEqual(await docker.keeping.survey(), []);
});

test("the agent's program is sent once for all workspaces, and programs of long ago are removed unless in use", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  const longAgo = new Date(Date.now() - 30 * 24 * 3_600_000).toISOString();
  const makers = { aaaa: "test", bbbb: "test", cccc: "elsewhere" };
  for (const [version, maker] of Object.entries(makers)) {
    const labels = { "dev.everturn.agent": version, "dev.everturn.deployment": maker };
    const volume = await stub.world.createVolume(`everturn-agent-${version}`, labels);
    volume.createdAt = longAgo;
  }
  stub.world.images.set("user:1", { env: [], command: null });
  const mounts = [{ Source: "everturn-agent-bbbb", Target: "/opt/everturn" }];
  await stub.world.createContainer("user", {
    Image: "user:1",
    HostConfig: { Mounts: mounts, NetworkMode: "none" },
  });
  const docker = driver();
  const others = ["w-1", "w-2", "w-3"];
  const steps = others.map(() => aStep());
  await Promise.all(others.map((id, index) => docker.provision(id, plan, steps[index] ?? aStep())));
  const sent = steps.flatMap(({ lines }) => lines).filter((line) => line.includes("once for all workspaces"));
  assert.equal(sent.length, 1);
  const versions = [...stub.world.volumes.keys()].filter((volume) => volume.startsWith("everturn-agent-"));
  assert.equal(versions.includes("everturn-agent-aaaa"), false);
  assert.equal(versions.includes("everturn-agent-bbbb"), true);
  assert.equal(versions.includes("everturn-agent-cccc"), true, "another deployment's is left alone");
  assert.equal(versions.length, 3);
  assert.deepEqual(await docker.list(), others);
});

test("no more processors are asked for than the engine's machine has", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  stub.world.cpus = 1;
  const wishful = { ...plan, limits: { ...plan.limits, cpus: 4 } };
  await driver().provision(workspaceId, wishful, aStep());
  await driver().connect(workspaceId, wishful, patience());
  assert.equal(stub.world.container(name).config.HostConfig.NanoCpus, 1e9);
});

test("W10 an engine that cannot limit processors gets containers without that limit, and a warning says so", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  stub.world.limitsCpus = false;
  assert.match((await driver().probe()).join(), /cannot enforce CPU limits/);
  await driver().provision(workspaceId, plan, aStep());
  await driver().connect(workspaceId, plan, patience());
  assert.equal(stub.world.container(name).config.HostConfig.NanoCpus, undefined);
});

test("an id that could reach into another name is refused before anything is asked", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  for (const id of ["../x", "a/b", "", "a?b", ".x"]) {
    await assert.rejects(driver().provision(id, plan, aStep()), WorkspaceError);
    await assert.rejects(driver().destroy(id), WorkspaceError);
  }
  assert.equal(stub.seen.length, 0);
});

test("an engine of 2020 is spoken to in its own version, judged by its own document, over TCP", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t, {
    transport: "tcp",
    version: { api: "1.41", oldest: "1.12" },
  });
  const docker = driver();
  await docker.provision(workspaceId, plan, aStep());
  await docker.connect(workspaceId, plan, patience());
  await docker.destroy(workspaceId);
  assertJudged(stub, 20);
});

test("an engine newer than any document is spoken to in the newest version known", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t, {
    version: { api: "1.99", oldest: "1.44" },
    judgedAs: "1.54",
  });
  stub.world.images.set(image, { env: [], command: null });
  await driver().provision(workspaceId, plan, aStep());
  assertJudged(stub, 10);
});
