import assert from "node:assert/strict";
import { test } from "node:test";
import { type ContainerWish, containerSpec } from "./container-spec.ts";
import { EngineFrames } from "./engine-frames.ts";
import { engineOptions } from "./engine-host.ts";
import { splitReference } from "./image.ts";
import { environmentOf } from "./load-volumes.ts";
import { configLabel, placeOf } from "./place.ts";

const plan = {
  image: "tools:1",
  files: null,
  env: {},
  network: "unfiltered" as const,
  limits: { memory_mib: 256, cpus: 2, pids: 100 },
};
const wish: ContainerWish = {
  place: placeOf("w", "d"),
  plan,
  agentVolume: "everturn-agent-abc",
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

test("the engine's frames are read however they are cut", () => {
  const frame = (stream: number, text: string): Buffer =>
    Buffer.concat([Buffer.from([stream, 0, 0, 0, 0, 0, 0, text.length]), Buffer.from(text)]);
  const whole = Buffer.concat([frame(1, "out"), frame(2, "err"), frame(1, ""), frame(1, "end")]);
  for (const size of [1, 3, 8, 11, whole.length]) {
    const frames = new EngineFrames();
    const said = { 1: "", 2: "" };
    for (let at = 0; at < whole.length; at += size)
      for (const { stream, bytes } of frames.read(whole.subarray(at, at + size)))
        said[stream as 1 | 2] += bytes.toString();
    assert.deepEqual(said, { 1: "outend", 2: "err" }, `in pieces of ${size}`);
  }
});

test("hosts are read in the notation of DOCKER_HOST, and nothing is taken from the variable itself", () => {
  const { socketPath, host } = engineOptions("unix:///run/e.sock");
  assert.deepEqual([socketPath, host], ["/run/e.sock", undefined]);
  const tcp = engineOptions("tcp://10.0.0.1");
  assert.deepEqual([tcp.socketPath, tcp.host, tcp.port], [undefined, "10.0.0.1", 2375]);
  assert.equal(engineOptions("http://localhost:99").port, 99);
});

test("the same wish is the same container; anything else wished for is another", () => {
  const digest = (changes: Partial<ContainerWish> = {}) =>
    containerSpec({ ...wish, ...changes }).Labels[configLabel];
  assert.equal(digest(), digest());
  const changes: readonly Partial<ContainerWish>[] = [
    { agentVolume: "everturn-agent-def" },
    { engineCpus: 1 },
    { plan: { ...plan, network: false } },
    { plan: { ...plan, network: true } },
    { plan: { ...plan, limits: { ...plan.limits, pids: 99 } } },
  ];
  assert.equal(new Set([digest(), ...changes.map(digest)]).size, changes.length + 1);
});

test("W10 only an unfiltered network is one of the engine's", () => {
  const modeOf = (network: boolean | "unfiltered") =>
    (containerSpec({ ...wish, plan: { ...plan, network } })["HostConfig"] as { NetworkMode: string })
      .NetworkMode;
  assert.deepEqual([false, true, "unfiltered" as const].map(modeOf), ["none", "none", "bridge"]);
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
  const filtered = environmentOf({ ...plan, network: true }, { id: "i", env: [] });
  assert.equal(filtered["HTTPS_PROXY"], "http://127.0.0.1:3128");
});
