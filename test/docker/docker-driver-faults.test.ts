// What the docker driver says when an engine is missing, odd, or says no: codes for programs and words for people.
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { WorkspaceErrorCode } from "../../workspaces/driver.ts";
import { createDockerDriver } from "../../workspaces/drivers/docker/docker.ts";
import { aStep, dockerWorld, image, patience, workspaceId } from "../support/engine/docker-world.ts";
import type { StubFault, StubSeen } from "../support/engine/engine-stub.ts";
import { freePort } from "../support/engine/engine-stub-process.ts";

const name = `everturn-${workspaceId}`;
const at =
  (method: string, path: string, fault: StubFault) =>
  (call: StubSeen): StubFault | null =>
    call.method === method && call.path === path ? fault : null;

const failure = (code: WorkspaceErrorCode, message: RegExp): object => ({ name: /Error$/, code, message });

test("W10 without an engine nothing is run, and the words say where one was looked for", async () => {
  const at = (dockerHost: string) =>
    createDockerDriver({
      dockerHost,
      deployment: "test",
      secretKey: Buffer.alloc(32),
      agentProgram: { bundles: tmpdir(), nodeImage: "node:test" },
    });
  const socket = `unix://${join(tmpdir(), "no-such-engine.sock")}`;
  await assert.rejects(at(socket).probe(), failure("sandbox_missing", /no-such-engine\.sock.*DOCKER_HOST/));
  const closed = `tcp://127.0.0.1:${await freePort()}`;
  await assert.rejects(at(closed).probe(), failure("sandbox_missing", /ECONNREFUSED/));
  await assert.rejects(at(closed).list(), failure("sandbox_missing", /No container engine answers/));
  for (const host of ["ssh://somewhere", "npipe:////./pipe/docker_engine", "just words", "unix://relative"])
    assert.throws(() => at(host), failure("sandbox_missing", /DOCKER_HOST is/));
});

for (const [what, version, words] of [
  ["too old", { api: "1.40" }, /API 1\.40.*needs 1\.41/],
  ["too new", { api: "2.5", oldest: "2.0" }, /wants API 2\.0/],
  ["of Windows containers", { os: "windows" }, /need Linux/],
  ["of another architecture", { arch: "mips" }, /runs linux\/mips containers/],
] as const) {
  test(`W10 an engine ${what} is refused at the probe`, async (t) => {
    const { driver } = await dockerWorld(t, { version, judgedAs: "1.54" });
    await assert.rejects(driver().probe(), failure("sandbox_missing", words));
  });
}

test("W10 something that is no engine is refused", async (t) => {
  const { stub, driver } = await dockerWorld(t);
  for (const text of ["<html>welcome</html>", '{"hello":"world"}', "[]", ""]) {
    const answer = { status: 200, pieces: [Buffer.from(text)] };
    stub.setFault(at("GET", "/version", { type: "answer", answer }));
    await assert.rejects(
      driver().probe(),
      { name: /Error$/, code: /^(sandbox_missing|driver_failed)$/ },
      text,
    );
  }
});

test("W10 an engine that cannot keep limits, or filters nothing, is used with warnings", async (t) => {
  const { stub, driver } = await dockerWorld(t);
  const info = {
    NCPU: 4,
    MemoryLimit: false,
    PidsLimit: false,
    CpuCfsQuota: true,
    SecurityOptions: ["name=rootless"],
  };
  stub.setFault(at("GET", "/info", { type: "answer", answer: { status: 200, json: info } }));
  const warnings = await driver().probe();
  assert.equal(warnings.length, 2);
  assert.match(warnings.join("\n"), /memory, process limits.*\n.*seccomp/);
});

test("an image is pulled by name and tag, progress is told once a line, and bars are not", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  const step = aStep();
  await driver().provision(workspaceId, plan, step);
  const pull = stub.seen.find(({ path }) => path === "/images/create");
  assert.deepEqual(pull?.query, { fromImage: "example.org/team/tools", tag: "2" });
  assert.deepEqual(step.lines, [
    `Pulling image ${image}`,
    `2: Pulling from ${image}`,
    "a1: Pulling fs layer",
    "a1: Pull complete",
    `Status: Downloaded newer image for ${image}`,
    `Pulled image ${image}`,
    "Copying the workspace agent into the engine, once for all workspaces",
    "Copying the template's files",
  ]);
});

test("an image that cannot be had is said so in the words of whoever refused it", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  const provision = (changed = plan) => driver().provision(workspaceId, changed, aStep());
  const unknown = { ...plan, image: "example.org/nobody/nothing" };
  await assert.rejects(
    provision(unknown),
    failure("image_missing", /nothing cannot be had: .*pull access denied/),
  );
  const error = "toomanyrequests: You have reached your pull rate limit";
  const lines = [{ status: "Pulling from x" }, { errorDetail: { message: error }, error }];
  const pieces = lines.map((line) => Buffer.from(`${JSON.stringify(line)}\r\n`));
  const during = { type: "answer", answer: { status: 200, pieces } } as const;
  stub.setFault(at("POST", "/images/create", during));
  await assert.rejects(provision(), failure("image_missing", /pull rate limit/));
  const invalid = { type: "refuse", status: 400, message: "invalid reference format" } as const;
  stub.setFault(at("GET", `/images/${image}/json`, invalid));
  await assert.rejects(provision(), failure("image_missing", /invalid reference format/));
  // The stream ends well, and yet there is no image.
  const empty = { type: "answer", answer: { status: 200, pieces: [] } } as const;
  stub.setFault(at("POST", "/images/create", empty));
  await assert.rejects(provision(), failure("image_missing", /was pulled, but the engine does not have it/));
  stub.setFault(at("POST", "/images/create", { type: "cut-within" }));
  await assert.rejects(provision(), failure("driver_failed", /connection to the container engine/));
  stub.setFault(null);
  await provision();
});

test("nothing provisioned is nothing to connect to, and a destroyed workspace is gone", async (t) => {
  const { plan, driver } = await dockerWorld(t);
  const docker = driver();
  await assert.rejects(
    docker.connect(workspaceId, plan, patience()),
    failure("workspace_missing", /nothing of this/),
  );
  await docker.provision(workspaceId, plan, aStep());
  await docker.destroy(workspaceId);
  await assert.rejects(
    docker.connect(workspaceId, plan, patience()),
    failure("workspace_missing", /nothing of this/),
  );
});

test("W3 an agent that ends at once is reported with the end of its log, and looked at again at the next attempt", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  const shell = (text: string) => ({ env: [], command: ["/bin/sh", "-c", text] });
  stub.world.images.set(image, shell("echo out of luck; echo and of patience >&2; exit 3"));
  await driver().provision(workspaceId, plan, aStep());
  const connect = () => driver().connect(workspaceId, plan, patience());
  await assert.rejects(connect(), failure("agent_failed", /exit code 3[^]*(out of luck|and of patience)/));
  stub.world.images.set(image, shell("exit 127"));
  await assert.rejects(
    connect(),
    failure("agent_failed", /exit code 127 \(an image must have the C library/),
  );
  stub.world.images.set(image, { env: [], command: null });
  await connect();
});

test("W3 an agent that runs and never answers is given up after its time, with its log", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  stub.world.images.set(image, { env: [], command: ["/bin/sh", "-c", "echo thinking; exec sleep 1000"] });
  await driver().provision(workspaceId, plan, aStep());
  await assert.rejects(
    driver().connect(workspaceId, plan, patience()),
    failure("agent_failed", /does not answer[^]*thinking/),
  );
});

test("a container that cannot be started is removed, so that the next attempt makes another", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  await driver().provision(workspaceId, plan, aStep());
  const taken = { type: "refuse", status: 500, message: "no space left on device" } as const;
  stub.setFault(at("POST", `/containers/${name}/start`, taken));
  await assert.rejects(
    driver().connect(workspaceId, plan, patience()),
    failure("agent_failed", /cannot be started.*no space left on device/),
  );
  assert.equal(stub.world.containers.size, 0);
  stub.setFault(null);
  await driver().connect(workspaceId, plan, patience());
  assert.equal(stub.world.containers.size, 1);
});

test("an agent started under the previous secret key is used; under another one it is not, and the words say what to do", async (t) => {
  const { plan, driver } = await dockerWorld(t);
  await driver().provision(workspaceId, plan, aStep());
  await driver().connect(workspaceId, plan, patience());
  const following = driver({ secretKey: Buffer.alloc(32, 8), secretKeyPrevious: Buffer.alloc(32, 7) });
  await following.connect(workspaceId, plan, patience());
  const rotated = driver({ secretKey: Buffer.alloc(32, 8) });
  await assert.rejects(
    rotated.connect(workspaceId, plan, patience()),
    failure("agent_failed", /another EVERTURN_SECRET_KEY.*; stop the workspace/),
  );
  await rotated.stop(workspaceId);
  await rotated.connect(workspaceId, plan, patience());
});

test("an abort while the agent is waited for ends the wait with its reason", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  stub.world.images.set(image, { env: [], command: ["/bin/sh", "-c", "exec sleep 1000"] });
  await driver().provision(workspaceId, plan, aStep());
  const abort = new AbortController();
  const reason = new Error("the turn was interrupted");
  stub.setFault((call) => {
    const looks = stub.seen.filter(({ path }) => path === `/containers/${name}/start`).length;
    if (looks > 0 && call.path === `/containers/${name}/json`) abort.abort(reason);
    return null;
  });
  await assert.rejects(driver().connect(workspaceId, plan, abort.signal), (error) => error === reason);
});

test("an answer that is no answer is an error of the driver that names the call", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  for (const piece of ["not json", '{"Id":7}', "null"]) {
    const answer = { status: 200, pieces: [Buffer.from(piece)] };
    stub.setFault(at("GET", `/images/${image}/json`, { type: "answer", answer }));
    await assert.rejects(
      driver().provision(workspaceId, plan, aStep()),
      failure("driver_failed", /asked to describe the image .* cannot be read/),
    );
  }
});

test("a template's folder that is gone is an error in words, and no missing engine", async (t) => {
  const { plan, driver } = await dockerWorld(t);
  const gone = { ...plan, files: join(tmpdir(), "no-such-template") };
  await assert.rejects(
    driver().provision(workspaceId, gone, aStep()),
    failure("driver_failed", /cannot be read.*no-such-template/),
  );
});

test("what is still in use is removed as soon as the engine lets go of it", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  await driver().provision(workspaceId, plan, aStep());
  let refusals = 3;
  stub.setFault((call) => {
    if (call.method !== "DELETE" || !call.path.startsWith("/volumes/") || refusals === 0) return null;
    refusals -= 1;
    return { type: "refuse", status: 409, message: "volume is in use" };
  });
  await driver().destroy(workspaceId);
  assert.equal(refusals, 0);
  assert.deepEqual(await driver().list(), []);
});
