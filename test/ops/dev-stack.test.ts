import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Connection, Client as TemporalClient } from "@temporalio/client";
import { Client as PostgresClient } from "pg";
import { freePort, startOnPort } from "../../dev/free-port.ts";
import { startLeash } from "../../dev/part/leash.ts";
import { checkPostgres, checkTemporal } from "../../dev/part/outside-services.ts";
import { startPostgres } from "../../dev/postgres/postgres.ts";
import { postgresHome, resetPostgresHome } from "../../dev/postgres/postgres-home.ts";
import { unprivilegedUser } from "../../dev/postgres/unprivileged-user.ts";
import { createProgress } from "../../dev/progress.ts";
import { startStack } from "../../dev/stack.ts";
import { SEARCH_ATTRIBUTES } from "../../dev/temporal/search-attributes.ts";
import { findTemporalBinary } from "../../dev/temporal/temporal-binary.ts";
import { startTemporalDevServer } from "../../dev/temporal/temporal-dev-server.ts";
import { isAlive } from "../../platform/system-processes.ts";
import { SEARCH_ATTRIBUTES as WORKFLOW_ATTRIBUTES } from "../../workflows/contract.ts";
import { createLocalDriver } from "../../workspaces/drivers/local/local.ts";
import { aPlan, processesNaming, signal } from "../support/workspace/sandbox.ts";

const root = mkdtempSync(join(tmpdir(), "everturn-dev-stack-"));
// Open to the user that Postgres runs as when the tests run as root.
chmodSync(root, 0o755);
const leash = startLeash();
const surroundings = { leash, logFolder: join(root, "logs") };
after(() => {
  leash.close();
  rmSync(root, { recursive: true, force: true });
});

function startOurPostgres() {
  return startOnPort(freePort, (port) =>
    startPostgres(
      {
        dataFolder: root,
        password: "a password",
        port,
        database: "kept",
        isDurable: false,
        env: { ...process.env, OPENAI_API_KEY: "sk-not-for-postgres" },
      },
      surroundings,
    ),
  );
}

function filesOfPostgres(): string {
  return join(postgresHome(root, unprivilegedUser(process.getuid?.())), "data");
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new PostgresClient({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test("embedded Postgres finds its data again at a second start", async () => {
  const first = await startOurPostgres();
  const environ = readFileSync(`/proc/${first.part.pid()}/environ`, "utf8");
  assert.match(environ, /PATH=/);
  assert.doesNotMatch(environ, /sk-not-for-postgres/);
  await query(first.url, "create table notes as select 'kept' as text");
  await first.part.stop();
  const second = await startOurPostgres();
  assert.deepEqual(await query(second.url, "select text from notes"), [{ text: "kept" }]);
  assert.match(await checkPostgres(second.url), /^\d+/);
  await second.part.stop();
});

test("data that was made with another password is told at once, with what to do", {
  timeout: 40_000,
}, async () => {
  const settings = { dataFolder: root, password: "another", database: "kept", isDurable: false };
  await assert.rejects(
    startOnPort(freePort, (port) => startPostgres({ ...settings, port, env: process.env }, surroundings)),
    /made with another password than the one in .*secrets\.json: put back the secrets\.json that belongs to it/,
  );
});

test("a stale postmaster.pid that names some other living process is put aside", async () => {
  writeFileSync(join(filesOfPostgres(), "postmaster.pid"), `${process.pid}\n${filesOfPostgres()}\n`);
  const { url, part } = await startOurPostgres();
  assert.deepEqual(await query(url, "select text from notes"), [{ text: "kept" }]);
  await part.stop();
  assert.ok(isAlive(process.pid));
});

test("a Postgres that outlived its supervisor is ended, and its data is whole", async () => {
  const script = `
    import { freePort } from ${JSON.stringify(new URL("../../dev/free-port.ts", import.meta.url).href)};
    import { startPostgres } from ${JSON.stringify(new URL("../../dev/postgres/postgres.ts", import.meta.url).href)};
    const settings = { dataFolder: ${JSON.stringify(root)}, password: "a password", port: await freePort() };
    const nobodysLeash = { hold() {}, release() {}, close() {} };
    const { url, part } = await startPostgres(
      { ...settings, database: "kept", isDurable: false, env: process.env },
      { leash: nobodysLeash, logFolder: ${JSON.stringify(surroundings.logFolder)} },
    );
    console.log(JSON.stringify({ url, pid: part.pid() }));`;
  const supervisor = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(supervisor.stdout, "data")) as [Buffer];
  const orphan = JSON.parse(line.toString()) as { url: string; pid: number };
  await query(orphan.url, "insert into notes values ('second')");
  supervisor.kill("SIGKILL");
  await once(supervisor, "exit");
  assert.ok(isAlive(orphan.pid));
  const next = await startOurPostgres();
  assert.equal(isAlive(orphan.pid), false);
  assert.equal((await query(next.url, "select text from notes")).length, 2);
  await next.part.stop();
});

test("Postgres of root in a closed folder lives below /var/lib, found again and wiped by a reset", () => {
  const user = { name: "nobody", uid: 65_534, gid: 65_534 };
  const closed = join(root, "closed");
  mkdirSync(closed, { mode: 0o700 });
  assert.equal(postgresHome(root, user), join(root, "postgres"));
  // Owned by whoever runs the tests, so for this user it is closed.
  const home = postgresHome(closed, user);
  assert.match(home, /^\/var\/lib\/everturn\/[0-9a-f]{12}$/);
  assert.equal(postgresHome(closed, user), home);
  assert.equal(postgresHome(closed, undefined), join(closed, "postgres"));
  chmodSync(closed, 0o711);
  assert.equal(
    postgresHome(closed, user),
    home,
    "a folder that can be entered by now still has its data there",
  );
  resetPostgresHome(closed);
  assert.equal(existsSync(home), false);
});

test("the registered search attributes are those the workflows set", () => {
  assert.deepEqual(Object.keys(SEARCH_ATTRIBUTES).toSorted(), Object.values(WORKFLOW_ATTRIBUTES).toSorted());
});

test("a killed Postgres is brought back on its port with what was committed", async () => {
  let ready = () => {};
  const isBack = new Promise<void>((resolve) => (ready = resolve));
  const settings = {
    dataFolder: root,
    password: "a password",
    database: "kept",
    isDurable: false,
    env: process.env,
  };
  const { url, part } = await startOnPort(freePort, (port) =>
    startPostgres(
      { ...settings, port },
      { ...surroundings, onChange: (event) => event.what === "ready" && ready() },
    ),
  );
  process.kill(part.pid() ?? 0, "SIGKILL");
  await isBack;
  assert.equal((await query(url, "select text from notes")).length, 2);
  await part.stop();
});

test("the dev server keeps workflows, registers the search attributes, and does so again at a second start", async () => {
  const binary = await findTemporalBinary({ env: process.env });
  const file = join(root, "temporal.db");
  const startServer = () =>
    startOnPort(freePort, (port) =>
      startTemporalDevServer({ binary, port, uiPort: null, file, env: process.env }, surroundings),
    );
  const first = await startServer();
  const connection = await Connection.connect({ address: first.address });
  await new TemporalClient({ connection }).workflow.start("nobodyRunsThis", {
    workflowId: "kept",
    taskQueue: "none",
  });
  await connection.close();
  await first.part.stop();
  const second = await startServer();
  const found = await checkTemporal({ TEMPORAL_ADDRESS: second.address });
  assert.deepEqual(found.registration, { words: "registered", problem: null });
  const again = await Connection.connect({ address: second.address });
  const description = await new TemporalClient({ connection: again }).workflow.getHandle("kept").describe();
  assert.equal(description.status.name, "RUNNING");
  await again.close();
  await second.part.stop();
});

const quiet = createProgress({ isTTY: false, write: () => {} }, {});

async function startFailure(
  env: NodeJS.ProcessEnv,
  dataDir = join(root, "failing"),
  reset = false,
): Promise<string> {
  try {
    const stack = await startStack({
      dataDir,
      reset,
      env: { ...process.env, OPENAI_API_KEY: "unused", ...env },
      progress: quiet,
      isTransient: true,
    });
    await stack.stop();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

test("an explicit port that is taken is one clear message, before anything is started", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  assert.match(
    await startFailure({ PORT: String(port) }),
    new RegExp(`^Port ${port} on 127.0.0.1 is taken\\.`),
  );
  server.close();
});

test("faults of the environment are told before anything is started", async () => {
  const message = await startFailure({ PORT: "many", EVERTURN_LIVE_BUS: "carrier pigeon" });
  assert.match(message, /PORT is wrong[^]*EVERTURN_LIVE_BUS is wrong/);
});

test("a Postgres or a Temporal that does not answer is named, without passwords", async () => {
  const closed = await freePort();
  const database = await startFailure({
    DATABASE_URL: `postgres://me:hunter2@127.0.0.1:${closed}/x`,
    TEMPORAL_CLI_PATH: "",
  });
  assert.match(database, new RegExp(`^Postgres at 127.0.0.1:${closed}/x cannot be used: .*ECONNREFUSED`));
  assert.doesNotMatch(database, /hunter2/);
  const temporal = await startFailure({ TEMPORAL_ADDRESS: `127.0.0.1:${closed}` });
  assert.match(temporal, new RegExp(`^Temporal at 127.0.0.1:${closed}, namespace default, cannot be used`));
});

test("a Postgres that cannot start is told with its log, and ends what else is under way", {
  timeout: 40_000,
}, async () => {
  const dataDir = join(root, "damaged");
  mkdirSync(join(dataDir, "postgres", "data"), { recursive: true });
  writeFileSync(join(dataDir, "everturn-data"), "");
  const secrets = {
    secretKey: Buffer.alloc(32).toString("base64"),
    apiKey: "ek_of_enough_characters",
    postgresPassword: "p",
  };
  writeFileSync(join(dataDir, "secrets.json"), JSON.stringify(secrets));
  writeFileSync(join(dataDir, "postgres", "data", "PG_VERSION"), "18\n");
  // A Temporal that is never ready: waiting for it takes a minute.
  const program = join(root, "temporal-that-hangs");
  const pidFile = join(root, "hanging-pid");
  writeFileSync(
    program,
    `#!/bin/sh\n[ "$1" = --version ] && exit 0\necho $$ > ${pidFile}\nexec sleep 600\n`,
    { mode: 0o755 },
  );
  const message = await startFailure({ TEMPORAL_CLI_PATH: program }, dataDir);
  assert.match(message, /^postgres did not start: [^]*postgresql\.conf[^]*postgres\.log/);
  if (existsSync(pidFile)) assert.equal(isAlive(Number(readFileSync(pidFile, "utf8"))), false);
});

test("a reset after a supervisor that was killed leaves no agent of a workspace behind", async () => {
  const dataDir = join(root, "wörk spaces");
  const plan = aPlan();
  const driver = createLocalDriver({
    dataDir,
    deployment: "of a database that is gone",
    secretKey: Buffer.alloc(32),
    allowUnsandboxed: true,
    bwrapPath: join(root, "no-bwrap"),
  });
  assert.match(await startFailure({ PORT: "none" }, dataDir), /PORT is wrong/);
  await driver.provision("w1", plan, { signal, log: () => undefined });
  await driver.connect("w1", plan, signal);
  assert.notDeepEqual(processesNaming(dataDir), []);
  // As far as the wiping, and no further.
  assert.match(await startFailure({ PORT: "none" }, dataDir, true), /PORT is wrong/);
  assert.deepEqual(processesNaming(dataDir), []);
  assert.equal(existsSync(join(dataDir, "workspaces")), false);
});

test("a second start in a folder in use is refused, and the lock of a killed one is taken over", async () => {
  const dataDir = join(root, "shared");
  const script = `
    import { openDataFolder } from ${JSON.stringify(new URL("../../dev/data/data-folder.ts", import.meta.url).href)};
    openDataFolder(${JSON.stringify(dataDir)});
    console.log("locked");
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  assert.match(
    await startFailure({}, dataDir),
    new RegExp(`already runs in .*shared \\(process ${holder.pid}\\)`),
  );
  holder.kill("SIGKILL");
  await once(holder, "exit");
  // The lock is ours now: the failure is the next one in order.
  assert.match(await startFailure({ PORT: "none" }, dataDir), /PORT is wrong/);
  assert.doesNotMatch(readFileSync(join(dataDir, "everturn-data"), "utf8"), /lock/);
});
