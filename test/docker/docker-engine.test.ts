// The docker driver against a real engine (support/engine/real-engine.ts). Without one there is one test, whose name says why:
// nothing is skipped in silence.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createDockerDriver } from "../../workspaces/drivers/docker/docker.ts";
import { agentAt, aStep, patience, runInside } from "../support/engine/docker-world.ts";
import { findRealEngine } from "../support/engine/real-engine.ts";

const found = await findRealEngine();
if (typeof found === "string") {
  process.stderr.write(`The docker driver was tested on a stub of the engine alone: ${found}\n`);
  test(`only the stub of a container engine is tested: ${found}`, () => assert.ok(found));
} else {
  const { host, image, nodeImage } = found;
  const settings = {
    dockerHost: host,
    deployment: `test-${randomUUID()}`,
    secretKey: Buffer.alloc(32, 9),
    agentProgram: { bundles: join(tmpdir(), "everturn-test-bundles"), nodeImage },
  };
  /** As another worker has it. */
  const newDriver = () => createDockerDriver(settings);
  const driver = newDriver();
  const plan = {
    image,
    files: null as string | null,
    env: { GREETING: "hello" },
    network: true,
    limits: { memory_mib: 512, cpus: 1, pids: 100 },
  };
  after(async () => {
    for (const id of await driver.list()) await driver.destroy(id);
    await found.close();
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
    assert.equal((await inside("c4", "cat /sys/fs/cgroup/pids.max 2>/dev/null || echo 132")).trim(), "132");
    assert.match(
      await inside("c5", "rm -f /var/lib/everturn/provisioned 2>&1; ls /var/lib/everturn"),
      /provisioned/,
    );
    await driver.destroy(id);
  });

  test("W10 a workspace without network reaches nothing, this machine included, and is itself reached", async (t) => {
    const id = randomUUID();
    const closed = { ...plan, network: false };
    await driver.provision(id, closed, aStep());
    const agent = agentAt(t, await driver.connect(id, closed, patience()));
    const server = createServer((_, response) => response.end("reached"));
    server.listen(0, "0.0.0.0");
    await once(server, "listening");
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const [address] = ownAddresses();
    const target = `http://${address ?? "192.0.2.1"}:${port}/`;
    const script = `fetch("${target}", { signal: AbortSignal.timeout(2000) }).then(() => "reached", () => "closed").then(console.log)`;
    assert.equal(await runInside(agent, "call-1", `node -e '${script}'`), "closed\n");
    const interfaces = await runInside(agent, "call-2", "cat /proc/net/dev");
    assert.deepEqual(
      interfaces.match(/^ *\w+(?=:)/gm)?.map((name) => name.trim()),
      ["lo"],
    );
    await driver.destroy(id);
  });

  test("W10 a workspace with network reaches the internet's proxy, and nothing of this machine, whichever worker serves it", async (t) => {
    const id = randomUUID();
    await driver.provision(id, plan, aStep());
    const server = createServer((_, response) => response.end("reached"));
    await once(server.listen(0, "0.0.0.0"), "listening");
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const targets = ["127.0.0.1.nip.invalid", "169.254.169.254", ...ownAddresses()];
    const script = `
      import { request } from "node:http";
      for (const host of ${JSON.stringify(targets)})
        await new Promise((next) => {
          request({ host: "127.0.0.1", port: 3128, path: "http://" + host + ":${port}/" }, (answer) => {
            console.log(answer.statusCode);
            answer.resume().on("end", next);
          }).end();
        });
    `;
    for (const [at, each] of [driver, newDriver()].entries()) {
      const agent = agentAt(t, await each.connect(id, plan, patience()));
      const said = (await runInside(agent, `look-${at}`, `node --input-type=module -e '${script}'`))
        .trim()
        .split("\n");
      // A name that does not exist, and addresses that are refused.
      assert.deepEqual(said, ["502", ...targets.slice(1).map(() => "403")]);
    }
    const interfaces = await runInside(
      agentAt(t, await driver.connect(id, plan, patience())),
      "net",
      "cat /proc/net/dev",
    );
    assert.deepEqual(
      interfaces.match(/^ *\w+(?=:)/gm)?.map((name) => name.trim()),
      ["lo"],
    );
    await driver.destroy(id);
  });

  test("W5 a command goes on when its worker is killed, its bridge goes, and the next worker reads on to the end", async (t) => {
    const id = randomUUID();
    await driver.provision(id, plan, aStep());
    const command = "for i in 1 2 3; do echo $i; while [ ! -e go-$i ]; do sleep 0.05; done; done; echo end";
    const worker = spawnWorker({ settings, id, plan, command });
    const [said] = (await once(worker.stdout, "data")) as [Buffer];
    assert.equal(said.toString(), "1\n");
    const killed = once(worker, "exit");
    worker.kill("SIGKILL");
    await killed;
    const agent = agentAt(t, await driver.connect(id, plan, patience()));
    for (const number of [1, 2, 3])
      await agent.files.writeFile({ key: `go-${number}`, path: `go-${number}`, content: "" }, patience());
    let text = "";
    for await (const event of agent.processes.follow({ key: "job", offset: 0 }, patience()))
      if (event.type === "output") text += Buffer.from(event.bytes).toString();
    assert.equal(text, "1\n2\n3\nend\n");
    const bridges = "grep -lz '^bridge$' /proc/[0-9]*/cmdline 2>/dev/null | grep -c .";
    for (let look = 0; (await runInside(agent, `look-${look}`, bridges)).trim() !== "1"; look += 1)
      await pause(50);
    await driver.destroy(id);
  });

  test("W10 workers that start one workspace at once reach one agent, and the token stays nowhere inside", async (t) => {
    const id = randomUUID();
    await driver.provision(id, plan, aStep());
    const drivers = [newDriver(), newDriver()];
    const addresses = await Promise.all(drivers.map((each) => each.connect(id, plan, patience())));
    const agents = addresses.map((address) => agentAt(t, address));
    const [one, other] = await Promise.all(agents.map((agent) => agent.health(patience())));
    assert.equal(one?.instance_id, other?.instance_id);
    const token = addresses[0]?.token ?? "";
    const [agent] = agents;
    assert.ok(agent !== undefined && token !== "");
    // In two halves, for the command itself is written down.
    const places = "/workspace /var/lib/everturn /run /tmp /proc/[0-9]*/environ /proc/[0-9]*/cmdline";
    const search = `grep -rlF "${token.slice(0, 20)}""${token.slice(20)}" ${places} 2>/dev/null`;
    assert.equal(await runInside(agent, "look", search), "");
    await driver.destroy(id);
  });
}

/** Addresses of this machine that are not of the engine's networks. */
function ownAddresses(): string[] {
  return Object.entries(networkInterfaces())
    .filter(([name]) => !/^(lo|docker|br-|veth)/.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ family }) => family === "IPv4")
    .map(({ address }) => address);
}

interface WorkerJob {
  readonly settings: object;
  readonly id: string;
  readonly plan: object;
  readonly command: string;
}

/** A process that starts the command in the workspace and passes its output on, until it is killed. */
function spawnWorker(job: WorkerJob) {
  const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const script = `
    const { createDockerDriver } = await import(${at("../../workspaces/drivers/docker/docker.ts")});
    const { openAgent } = await import(${at("../../workspaces/client/agent-client.ts")});
    const { settings, id, plan, command } = JSON.parse(process.argv[1]);
    const driver = createDockerDriver({ ...settings, secretKey: Buffer.from(settings.secretKey.data) });
    const signal = AbortSignal.timeout(60_000);
    const agent = openAgent(await driver.connect(id, plan, signal));
    await agent.processes.start({ key: "job", command }, signal);
    for await (const event of agent.processes.follow({ key: "job", offset: 0 }, signal))
      process.stdout.write(Buffer.from(event.bytes ?? []));
  `;
  const args = ["--input-type=module", "--eval", script, JSON.stringify(job)];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}
