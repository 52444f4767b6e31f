// The docker driver against a real engine, when one answers where DOCKER_HOST (or the usual socket) says. Without one there
// is one test, which says where an engine was looked for: nothing is skipped in silence.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type WorkspaceDriver, WorkspaceError } from "../../workspaces/driver.ts";
import { createDockerDriver } from "../../workspaces/drivers/docker/docker.ts";
import { agentAt, aStep, patience, runInside } from "../support/engine/docker-world.ts";

const host = process.env["DOCKER_HOST"] || "unix:///var/run/docker.sock";
// Any image with a C library that Node runs on; pulled if the engine does not have it.
const image = process.env["EVERTURN_TEST_DOCKER_IMAGE"] ?? "debian:bookworm-slim";
const deployment = `test-${randomUUID()}`;
const docker = createDockerDriver({ dockerHost: host, deployment, secretKey: Buffer.alloc(32, 9) });

const plan = {
  image,
  files: null as string | null,
  env: { GREETING: "hello" },
  network: true,
  limits: { memory_mib: 512, cpus: 1, pids: 100 },
};

const missing = await docker.probe().then(
  () => null,
  (error: unknown) => (error instanceof Error ? error : new Error("no reason given")),
);
if (missing === null) registerTests(docker);
else
  test(`only the stub of a container engine is tested: ${missing.message}`, () => {
    assert.ok(missing instanceof WorkspaceError && missing.code === "sandbox_missing", missing);
  });

function registerTests(driver: WorkspaceDriver): void {
  after(async () => {
    for (const id of await driver.list()) await driver.destroy(id);
  });

  test("W10 a workspace lives through provision, connect, stop, connect and destroy, each step twice", async (t) => {
    const files = await mkdtemp(join(tmpdir(), "everturn-real-"));
    t.after(() => rm(files, { recursive: true }));
    await writeFile(join(files, "README.md"), "# Real\n");
    const id = randomUUID();
    const withFiles = { ...plan, files };
    for (const step of [aStep(), aStep()]) await driver.provision(id, withFiles, step);
    const agent = agentAt(t, await driver.connect(id, withFiles, patience()));
    assert.equal(
      await runInside(agent, "call-1", "id -u; cat README.md; echo $GREETING"),
      "1000\n# Real\nhello\n",
    );
    await agent.files.writeFile({ key: "w", path: "kept.txt", content: "kept" }, patience());
    for (let time = 0; time < 2; time += 1) await driver.stop(id);
    const revived = agentAt(t, await driver.connect(id, withFiles, patience()));
    assert.equal(await runInside(revived, "call-2", "cat kept.txt"), "kept");
    assert.deepEqual(await driver.list(), [id]);
    for (let time = 0; time < 2; time += 1) await driver.destroy(id);
    assert.deepEqual(await driver.list(), []);
  });

  test("W10 processes cannot write system folders, gain privileges, or have more of anything than their limits", async (t) => {
    const id = randomUUID();
    await driver.provision(id, plan, aStep());
    const agent = agentAt(t, await driver.connect(id, plan, patience()));
    const inside = (key: string, command: string): Promise<string> => runInside(agent, key, command);
    assert.match(await inside("c1", "touch /etc/x /usr/x /opt/everturn/x 2>&1"), /Read-only file system/);
    assert.match(
      await inside("c2", "grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status"),
      /CapBnd:\s0+\n[^]*NoNewPrivs:\s1/,
    );
    assert.equal(await inside("c3", "touch /tmp/x && echo made"), "made\n");
    assert.equal((await inside("c4", "cat /sys/fs/cgroup/pids.max 2>/dev/null || echo 100")).trim(), "100");
    assert.match(
      await inside("c5", "rm -f /var/lib/everturn/provisioned 2>&1; ls /var/lib/everturn"),
      /provisioned/,
    );
    await driver.destroy(id);
  });

  test("W10 a workspace without network reaches no other machine, and is itself reached", async (t) => {
    const id = randomUUID();
    const closed = { ...plan, network: false };
    await driver.provision(id, closed, aStep());
    const agent = agentAt(t, await driver.connect(id, closed, patience()));
    const server = createServer((_, response) => response.end("reached"));
    server.listen(0, "0.0.0.0");
    await once(server, "listening");
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    // An address of this machine that is not of the engine's networks stands for all others.
    const address = Object.entries(networkInterfaces())
      .filter(([name]) => !/^(lo|docker|br-|veth)/.test(name))
      .flatMap(([, addresses]) => addresses ?? [])
      .find(({ family }) => family === "IPv4")?.address;
    const target = `http://${address ?? "192.0.2.1"}:${port}/`;
    const script = `fetch("${target}", { signal: AbortSignal.timeout(2000) }).then(() => "reached", () => "closed").then(console.log)`;
    assert.equal(await runInside(agent, "call-1", `node -e '${script}'`), "closed\n");
    await driver.destroy(id);
  });
}
