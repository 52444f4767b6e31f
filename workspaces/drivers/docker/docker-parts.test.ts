// Workspaces: the pure parts of the docker driver.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ContainerWish, containerSpec } from "./docker-container-spec.ts";
import { splitReference } from "./docker-image.ts";
import { environmentOf } from "./docker-load.ts";
import { readFrames } from "./docker-logs.ts";
import { configLabel } from "./docker-place.ts";
import { parseEngineHost } from "./engine/engine-address.ts";
import { chooseApiVersion, keepsNetworkNamesUnique } from "./engine/engine-version.ts";

const plan = {
  image: "tools:1",
  files: null,
  env: {},
  network: true,
  limits: { memory_mib: 256, cpus: 2, pids: 100 },
};
const wish: ContainerWish = {
  place: { workspaceId: "w", deployment: "d" },
  plan,
  agentDigest: "abc",
  agentPort: 7070,
  engineCpus: 8,
};

test("references of images are split as the engine's own client splits them", () => {
  for (const [image, name, tag] of [
    ["node", "node", "latest"],
    ["node:24", "node", "24"],
    ["localhost:5000/node", "localhost:5000/node", "latest"],
    ["localhost:5000/team/node:24-slim", "localhost:5000/team/node", "24-slim"],
    ["node@sha256:ab", "node", "sha256:ab"],
    ["localhost:5000/node:24@sha256:ab", "localhost:5000/node", "sha256:ab"],
  ] as const)
    assert.deepEqual(splitReference(image), { name, tag });
});

test("a log is the text of its frames, also when the last one is cut", () => {
  const frame = (stream: number, text: string): Buffer =>
    Buffer.concat([Buffer.from([stream, 0, 0, 0, 0, 0, 0, text.length]), Buffer.from(text)]);
  const whole = Buffer.concat([frame(1, "out\n"), frame(2, "err\n"), frame(1, ""), frame(1, "end")]);
  assert.equal(readFrames(whole), "out\nerr\nend");
  assert.equal(readFrames(whole.subarray(0, -1)), "out\nerr\nen");
  assert.equal(readFrames(whole.subarray(0, 5)), "");
  assert.equal(readFrames(Buffer.alloc(0)), "");
});

test("the newest version both sides know is chosen, number by number", () => {
  const choose = (ApiVersion: string) => chooseApiVersion({ ApiVersion, Os: "linux", Arch: "amd64" }).api;
  assert.equal(choose("1.41"), "1.41");
  assert.equal(choose("1.9999"), "1.54");
  assert.equal(choose("2.0"), "1.54");
  assert.throws(() => choose("1.9"), /API 1\.9; Everturn needs/);
  const version = chooseApiVersion({ ApiVersion: "1.43", Os: "linux", Arch: "amd64" });
  assert.equal(keepsNetworkNamesUnique(version), false);
  assert.equal(keepsNetworkNamesUnique({ ...version, api: "1.44" }), true);
});

test("hosts are read in the notation of DOCKER_HOST", () => {
  assert.deepEqual(parseEngineHost("unix:///run/e.sock"), { socketPath: "/run/e.sock" });
  assert.deepEqual(parseEngineHost("tcp://10.0.0.1"), { host: "10.0.0.1", port: 2375, isThisMachine: false });
  assert.deepEqual(parseEngineHost("http://[::1]:99"), { host: "::1", port: 99, isThisMachine: true });
});

test("the same wish is the same container; anything else wished for is another", () => {
  const digest = (changes: Partial<ContainerWish> = {}) =>
    containerSpec({ ...wish, ...changes }).Labels[configLabel];
  assert.equal(digest(), digest());
  const changes: readonly Partial<ContainerWish>[] = [
    { agentDigest: "def" },
    { agentPort: 7071 },
    { engineCpus: 1 },
    { plan: { ...plan, network: false } },
    { plan: { ...plan, limits: { ...plan.limits, pids: 99 } } },
  ];
  assert.equal(new Set([digest(), ...changes.map(digest)]).size, changes.length + 1);
});

test("the environment of a container is the image's alone: all that runs in it could read it", () => {
  assert.equal(containerSpec(wish)["Env"], undefined);
});

test("processes have the image's variables, then the template's, a home that is the workspace, and our Node last", () => {
  const env = ["PATH=/image/bin:/bin", "HOME=/root", "A=1", "B=2=3", "EMPTY=", "bad-name=x", "WITHOUT"];
  const found = environmentOf({ ...plan, env: { A: "template" } }, { id: "i", env });
  const path = "/image/bin:/bin:/opt/everturn";
  assert.deepEqual(found, { PATH: path, A: "template", B: "2=3", EMPTY: "", WITHOUT: "" });
  assert.match(environmentOf(plan, { id: "i", env: [] })["PATH"] ?? "", /^\/usr\/local.*:\/opt\/everturn$/);
});
