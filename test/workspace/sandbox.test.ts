// What runs in a workspace of the local driver sees that workspace, and of the machine only what programs need to run.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { commandLine } from "../../platform/system-processes.ts";
import { openAgent } from "../../workspaces/client/agent-client.ts";
import { agentTokenOf } from "../../workspaces/client/agent-token.ts";
import {
  aDriver,
  aPlan,
  connected,
  processesNaming,
  sandboxTest,
  signal,
} from "../support/workspace/sandbox.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** A process of this machine that a workspace has no business with. */
function aBystander(t: TestContext) {
  const child = spawn("sleep", ["600"], { stdio: "ignore" });
  t.after(() => child.kill("SIGKILL"));
  return child;
}

/** An HTTP server of this machine; its port. */
async function aServer(t: TestContext): Promise<number> {
  const server = createServer((_, response) => response.end("reached"));
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

const fetchLocal = (port: number) =>
  `node -e 'fetch("http://127.0.0.1:${port}").then((r) => r.text()).then(console.log, () => process.exit(7))'`;

/** Asks a workspace's proxy, and prints the status and the words of its answer. */
const askProxy = (url: string, method = "GET") =>
  `node -e 'require("http").request({port:3128,path:"${url}",method:"${method}"}).on("response",(r)=>{console.log(r.statusCode);r.pipe(process.stdout)}).on("connect",(r)=>console.log(r.statusCode,r.statusMessage)).end()'`;

sandboxTest(
  "W10 neither Everturn's data nor its sources nor other folders are there to be read",
  async (t) => {
    const { dataDir, workspace } = await aDriver(t);
    const elsewhere = await mkdtemp(path.join(tmpdir(), "everturn-elsewhere-"));
    t.after(() => rm(elsewhere, { recursive: true, force: true }));
    const name = `secret-${randomUUID()}`;
    await writeFile(path.join(dataDir, name), "secret");
    await writeFile(path.join(elsewhere, name), "secret");
    const { run } = await workspace("w1");
    for (const file of [path.join(dataDir, name), path.join(elsewhere, name), `${repository}/package.json`]) {
      const tried = await run(`cat ${file} /proc/1/root${file} /proc/self/root${file}`);
      assert.equal(tried.code, 1);
      assert.ok(!/secret\b(?!-)/.test(tried.output) && !tried.output.includes('"version"'), tried.output);
    }
    assert.deepEqual(await run(`find / -name '${name}' 2>/dev/null | head`), { code: 0, output: "" });
    const seen = await run("ls -A / /etc /opt/everturn; ls /root /home /mnt /sys /var/run 2>&1");
    assert.ok(!/\b(shadow|home:|gshadow)\b/.test(seen.output), seen.output);
    assert.match(
      (await run("cat /etc/shadow /etc/ssl/private/* 2>&1")).output,
      /^(cat: .*No such file.*\n)+$/,
    );
  },
);

sandboxTest(
  "W10 the environment of the process that started it, and all processes outside, are unknown inside",
  async (t) => {
    const secret = `secret-${randomUUID()}`;
    process.env["EVERTURN_TEST_SECRET"] = secret;
    t.after(() => delete process.env["EVERTURN_TEST_SECRET"]);
    const bystander = aBystander(t);
    const { workspace, dataDir } = await aDriver(t);
    const { run } = await workspace("w1", aPlan({ env: { GREETING: "hi 'there'" } }));
    const { output } = await run("env; cat /proc/[0-9]*/environ | tr '\\0' '\\n'; echo \"<$GREETING>\"");
    assert.ok(!output.includes(secret) && output.includes("<hi 'there'>"), output);
    const token = agentTokenOf(Buffer.alloc(32, 1), "w1");
    const seen =
      "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n'; ls -l /proc/self/fd; ls -R /run";
    const { output: everything } = await run(seen);
    assert.match(everything, /^PATH=\/usr\/bin:\/bin$/m, "the agent's own environment was seen");
    assert.match(everything, /^bwrap$/m, "bubblewrap's own command line was seen");
    assert.ok(!everything.includes(path.basename(dataDir)) && !everything.includes(repository), everything);
    assert.ok(!everything.includes(token) && !everything.includes("TOKEN"), everything);
    assert.doesNotMatch(everything, /socket:|agent\.sock/, "neither the agent's socket nor its name");
    const pids = (await run("ls /proc | grep -E '^[0-9]+$'")).output.trim().split("\n").map(Number);
    assert.ok(pids.length < 10 && !pids.includes(bystander.pid as number), String(pids));
  },
);

sandboxTest("W10 one workspace knows nothing of another, not of its files and not of its /tmp", async (t) => {
  const { dataDir, workspace } = await aDriver(t);
  const [one, two] = [await workspace("one"), await workspace("two")];
  const name = `mark-${randomUUID()}`;
  await one.run(`touch /workspace/${name} /tmp/${name} /dev/shm/${name}`);
  assert.equal((await one.run(`find / -name ${name} 2>/dev/null | sort`)).output.split("\n").length, 4);
  assert.equal((await two.run(`find / -name ${name} 2>/dev/null`)).output, "");
  assert.notEqual((await two.run(`ls ${dataDir}/workspaces/one/files`)).code, 0);
  assert.equal(existsSync(path.join(tmpdir(), name)), false);
  assert.equal(existsSync(path.join(dataDir, "workspaces", "one", "files", name)), true);
});

sandboxTest(
  "W10 signals reach nobody outside; who kills everything inside kills that workspace's agent, which is revived",
  async (t) => {
    const bystander = aBystander(t);
    const { workspace, driver } = await aDriver(t);
    const [one, two] = [await workspace("one"), await workspace("two")];
    const before = await one.agent.health(new AbortController().signal);
    assert.match((await one.run(`kill -9 ${bystander.pid} 2>&1`)).output, /No such process/);
    await assert.rejects(one.run("kill -9 -1; echo unreachable"), { code: "unreachable" });
    assert.equal(bystander.exitCode ?? bystander.signalCode, null);
    assert.equal((await two.run("echo alive")).output, "alive\n");
    const again = await connected(t, driver, { id: "one" });
    const { instance_id } = await again.agent.health(new AbortController().signal);
    assert.notEqual(instance_id, before.instance_id);
  },
);

sandboxTest("W10 nothing of the system can be changed, and no right be had to change that", async (t) => {
  const { workspace } = await aDriver(t);
  const { run } = await workspace("w1");
  const places = ["/x", "/usr/x", "/etc/x", "/dev/x", "/opt/everturn/bin/x", "/run/x", "/var/x", "/proc/x"];
  for (const file of [...places, "/etc/passwd", "/opt/everturn/environment.json", "/opt/everturn/bin/rg"]) {
    assert.notEqual((await run(`echo x >> ${file}`)).code, 0, file);
  }
  const written =
    "for f in $(find /proc/sys /proc/sysrq-trigger -type f 2>/dev/null); do [ -w $f ] && echo $f; done";
  // The kernel keeps these per namespace: they are the sandbox's own, and end with it.
  const own = /^\/proc\/sys\/(fs\/mqueue\/|kernel\/(auto_msgmni|msg|sem$|shm|pid_max$|ns_last_pid$))/;
  const writable = (await run(written)).output.split("\n").filter((file) => file !== "" && !own.test(file));
  assert.deepEqual(writable, []);
  const status = (await run("cat /proc/self/status; id -u")).output;
  assert.match(status, /CapPrm:\s0+\nCapEff:\s0+\nCapBnd:\s0+\nCapAmb:\s0+\nNoNewPrivs:\s1\n/);
  assert.doesNotMatch(status, /^0$/m);
  for (const attempt of [
    "mount -t tmpfs x /tmp",
    "chroot / true",
    "mknod /tmp/d b 8 0",
    "chown 0 /tmp",
    "su -c true",
  ]) {
    assert.notEqual((await run(`${attempt} < /dev/null`)).code, 0, attempt);
  }
  assert.equal(
    (await run("cp /bin/sh /tmp/sh && chmod u+s /tmp/sh && /tmp/sh -p -c 'id -u'")).output,
    (await run("id -u")).output,
  );
});

sandboxTest("W10 the network is off or on as the template says", async (t) => {
  const port = await aServer(t);
  const { workspace } = await aDriver(t);
  const off = await workspace("off");
  assert.deepEqual(await off.run(fetchLocal(port)), { code: 7, output: "" });
  assert.equal((await off.run("ls /sys/class/net 2>/dev/null; grep -c : /proc/net/dev")).output, "1\n");
  // Its own is there, as programs that test a server of theirs expect.
  const own =
    "node -e 'const s=require(`http`).createServer((_,r)=>r.end(`own`)).listen(0,()=>fetch(`http://localhost:${s.address().port}`).then(r=>r.text()).then(x=>{console.log(x);s.close()}))'";
  assert.equal((await off.run(own)).output, "own\n");
  const unfiltered = await workspace("unfiltered", aPlan({ network: "unfiltered" }));
  assert.deepEqual(await unfiltered.run(fetchLocal(port)), { code: 0, output: "reached\n" });
});

sandboxTest("W10 a filtered network reaches nothing of this machine, and says so", async (t) => {
  const port = await aServer(t);
  const { workspace } = await aDriver(t);
  const { run } = await workspace("w1", aPlan({ network: true }));
  // Its own loopback, without a detour.
  assert.deepEqual(await run(fetchLocal(port)), { code: 7, output: "" });
  assert.equal((await run("ls /sys/class/net 2>/dev/null; grep -c : /proc/net/dev")).output, "1\n");
  const own = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  const addresses = own.map(({ address }) =>
    address.includes(":") ? `[${address.split("%")[0]}]` : address,
  );
  for (const host of [...addresses, "169.254.169.254", "localhost"]) {
    const { output } = await run(askProxy(`http://${host}:${port}/`));
    assert.match(output, /^403\n.*leads to public internet addresses only/, host);
  }
  assert.match(
    (await run(askProxy(`127.0.0.1:${port}`, "CONNECT"))).output,
    /^403 .*public internet addresses only/,
  );
  const { output } = await run("env | grep -i -E '^(http|https|all|no)_proxy=' | sort");
  assert.equal(
    output.split("\n").filter((line) => line.endsWith("=http://127.0.0.1:3128")).length,
    6,
    output,
  );
  // The template's own variables come first.
  const other = await workspace("w2", aPlan({ network: true, env: { HTTP_PROXY: "http://other" } }));
  assert.equal((await other.run("echo $HTTP_PROXY")).output, "http://other\n");
});

sandboxTest("W10 the way to the internet lives as long as its workspace, and no longer", async (t) => {
  const { workspace, driver, dataDir } = await aDriver(t);
  const { run, id } = await workspace("w1", aPlan({ network: true }));
  const egress = () =>
    processesNaming(dataDir).filter((pid) => (commandLine(pid) ?? "").includes("egress/main.ts"));
  assert.notDeepEqual(egress(), []);
  // Nobody stops it here: the sandbox ends, and nothing else.
  await assert.rejects(run("exec kill -9 $PPID"), { code: "unreachable" });
  while (egress().length > 0) await pause(10);
  const again = await connected(t, driver, { id, plan: aPlan({ network: true }) });
  assert.match((await again.run(askProxy("http://10.0.0.1/"))).output, /^403$/m);
  await driver.stop(id);
  assert.deepEqual(processesNaming(dataDir), []);
});

sandboxTest("W10 no program makes a namespace, mounts, or uses the rarer parts of the kernel", async (t) => {
  const { workspace } = await aDriver(t);
  const { run } = await workspace("w1");
  assert.match((await run("cat /proc/self/status /proc/1/status")).output, /(Seccomp:\s2\n[^]*){2}/);
  for (const attempt of [
    "unshare -U true",
    "unshare -r true",
    "unshare -n true",
    "unshare -m true",
    "unshare -p true",
  ]) {
    const { code, output } = await run(`${attempt} 2>&1`);
    assert.ok(code !== 0 && output.includes("Operation not permitted"), `${attempt}: ${output}`);
  }
  assert.match((await run("nsenter -t $PPID -n true 2>&1")).output, /[Pp]ermi/);
  assert.match((await run("dmesg 2>&1")).output, /not permitted/);
  // What programs are made of goes on: threads, children, pipes, sockets, and a debugger's way in.
  const ordinary = `node -e '
    const { Worker } = require("worker_threads"); const { execSync } = require("child_process");
    new Worker("0", { eval: true }).on("exit", () => console.log("thread", execSync("echo child | cat").toString().trim()));'`;
  assert.equal((await run(ordinary)).output, "thread child\n");
});

sandboxTest("W10 a fork bomb meets the template's limit, and the agent outlives it", async (t) => {
  const { workspace } = await aDriver(t);
  const { run } = await workspace("w1", aPlan({ limits: { memory_mib: 512, cpus: 1, pids: 64 } }));
  // Not bash: it would try each of them again for half a minute.
  const bomb = await run("sh -c 'for i in $(seq 200); do sleep 600 & done' 2>&1; echo over");
  assert.match(bomb.output, /[Cc]annot fork/);
  const { agent } = await workspace("w1", aPlan({ limits: { memory_mib: 512, cpus: 1, pids: 64 } }));
  assert.equal((await agent.health(new AbortController().signal)).root, "/workspace");
});

sandboxTest(
  "W7 what stands in the place of an agent's socket is never followed, and gets no token",
  async (t) => {
    const { workspace, driver, dataDir } = await aDriver(t);
    const { agent } = await workspace("w1");
    await agent.health(signal);
    const other = path.join(await mkdtemp(path.join(tmpdir(), "everturn-other-")), "other.sock");
    t.after(() => rm(path.dirname(other), { recursive: true, force: true }));
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.url} ${JSON.stringify(request.headers)}`);
      response.end("{}");
    });
    await once(server.listen(other), "listening");
    t.after(() => server.close());
    const run = path.join(dataDir, "workspaces", "w1", "run");
    const socket = path.join(run, "agent.sock");
    // As if a command could write there: the address is known, and each connection looks for itself.
    await rename(socket, `${socket}.away`);
    await symlink(other, socket);
    const fresh = openAgent({ kind: "unix", path: socket, token: "the token" });
    t.after(() => fresh.close());
    await assert.rejects(fresh.health(signal), { code: "unreachable" });
    // The folder itself is a link.
    await rename(run, `${run}.away`);
    await symlink(path.dirname(other), run);
    await assert.rejects(
      openAgent({ kind: "unix", path: path.join(run, "other.sock"), token: "the token" }).health(signal),
      {
        code: "unreachable",
      },
    );
    assert.deepEqual(asked, []);
    // A socket of ours by name, whoever listens on it: it is asked for its proof, and told nothing.
    const direct = openAgent({ kind: "unix", path: other, token: "the token" });
    await assert.rejects(direct.health(signal), { code: "unauthorized" });
    assert.match(asked.join("\n"), /^\/hello (?!.*the token).*$/);
    // The next use starts an agent that can be reached again.
    assert.equal((await (await connected(t, driver, { id: "w1" })).run("echo back")).output, "back\n");
  },
);

sandboxTest("W7 no command can remove or replace the socket its agent is reached by", async (t) => {
  const { workspace } = await aDriver(t);
  const { run } = await workspace("w1");
  const { output } = await run(
    "find / -name 'agent.sock*' -not -path '/proc/*' 2>/dev/null; cat /proc/net/unix; echo over",
  );
  assert.ok(output.endsWith("over\n") && !/^\/.*agent\.sock/m.test(output), output);
  // Rising against the agent ends it, and nobody listens in its place.
  await assert.rejects(run("kill -9 $PPID; sleep 600"), { code: "unreachable" });
});
