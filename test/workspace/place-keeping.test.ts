// Tests: what becomes of places that the database does not know. Real folders and a real database; the sandbox is not needed.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { v7 as uuidv7 } from "uuid";
import { readDeploymentId } from "../../store/access/deployment.ts";
import { inUnit } from "../../store/unit.ts";
import { createWorkspace } from "../../store/workspace/create-workspace.ts";
import { createReaper } from "../../worker/loops/reap-places.ts";
import { createLocalDriver } from "../../workspaces/drivers/local/local.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { testBundlesFolder } from "../support/temporal-in-process.ts";
import { openStore, type TestStore } from "../support/turn/chats.ts";
import { removeWorkspaces } from "../support/workspace/remove-workspaces.ts";
import { aPlan as aPlace } from "../support/workspace/sandbox.ts";
import { aPlan, logger } from "../support/workspace/workspace-world.ts";

const signal = new AbortController().signal;
const dayMs = 24 * 3_600_000;
const inDays = (days: number) => new Date(Date.now() + days * dayMs);

let database: TestDatabase;
let store: TestStore;
before(async () => {
  database = await createTestDatabase();
  store = await openStore(database.url);
});
after(async () => {
  await store.pool.end();
  await database.drop();
});

async function aFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "everturn-places-"));
  t.after(() => removeWorkspaces(folder));
  return folder;
}

/** A worker's driver and reaper over a folder; of this database's deployment when none is named. */
async function aKeeper(folder: string, given: { deployment?: string; now?: () => Date } = {}) {
  const deployment = given.deployment ?? (await readDeploymentId(store.pool));
  const settings = { secretKey: Buffer.alloc(32), allowUnsandboxed: true, bwrapPath: "/nowhere/bwrap" };
  const driver = createLocalDriver({
    dataDir: folder,
    folder,
    bundlesDir: testBundlesFolder,
    deployment,
    ...settings,
  });
  const reaper = createReaper({ store, driver, deployment, logger, ...(given.now && { now: given.now }) });
  return {
    driver,
    reaper,
    reading: (name: string) => reaper.readings.find((reading) => reading.name === name)?.read(),
    /** A place with a file in it. */
    place: async (id: string): Promise<string> => {
      await driver.provision(id, aPlace(), { signal, log: () => undefined });
      const file = path.join(folder, id, "files", "work.txt");
      await writeFile(file, "a day's work");
      return file;
    },
    look: async (times: number): Promise<void> => {
      for (let each = 0; each < times; each += 1) await reaper.look();
    },
  };
}

async function aKnownId(): Promise<string> {
  const { result } = await inUnit(store, (unit) => createWorkspace(unit, aPlan(store)));
  return result.id;
}

/** As if made by a version before places were marked. */
async function unmark(folder: string, id: string): Promise<void> {
  await rm(path.join(folder, id, "deployment"));
}

test("O5 a wrong database touches none of the places in its folder, however long it is used", async (t) => {
  const folder = await aFolder(t);
  const right = await aKeeper(folder, { deployment: randomUUID() });
  const file = await right.place(uuidv7());
  const wrong = await aKeeper(folder, { now: () => inDays(60) });
  await wrong.look(4);
  assert.equal(await readFile(file, "utf8"), "a day's work");
  assert.deepEqual(await wrong.driver.list(), []);
  assert.equal((await right.driver.list()).length, 1);
  assert.equal(wrong.reading("everturn_places_unclaimed"), 1);
});

test("O5 a database that was replaced under a running worker is not taken for knowledge of its places", async (t) => {
  const folder = await aFolder(t);
  const { reaper, place, look } = await aKeeper(folder, { deployment: randomUUID() });
  const file = await place(uuidv7());
  await look(3);
  assert.equal(existsSync(file), true);
  assert.equal(reaper.readings.find(({ name }) => name.endsWith("quarantined_total"))?.read(), 0);
});

test("O5 a place of ours without a row is set aside at the second look, counted, and removed after seven days", async (t) => {
  const folder = await aFolder(t);
  let now = new Date();
  const { place, look, driver, reading } = await aKeeper(folder, { now: () => now });
  const kept = await aKnownId();
  const keptFile = await place(kept);
  const id = uuidv7();
  const file = await place(id);
  const strange = ["somebody-elses", "00000000-0000-4000-8000-000000000000"];
  for (const other of strange) await place(other);
  await look(1);
  assert.equal(existsSync(file), true);
  await look(1);
  assert.equal(existsSync(file), false);
  const [aside] = (await driver.keeping.survey()).filter(({ quarantined_at }) => quarantined_at !== null);
  assert.equal(aside?.workspace_id, id);
  const files = path.join(folder, ".quarantine", `${id}.${aside?.quarantined_at?.getTime()}`, "files");
  assert.equal(await readFile(path.join(files, "work.txt"), "utf8"), "a day's work");
  assert.equal(reading("everturn_places_quarantined_total"), 1);
  now = inDays(6.9);
  await look(2);
  assert.equal(existsSync(files), true);
  assert.equal(reading("everturn_places_in_quarantine"), 1);
  now = inDays(7.1);
  await look(1);
  assert.equal(existsSync(files), false);
  assert.equal(reading("everturn_places_discarded_total"), 1);
  assert.equal(existsSync(keptFile), true);
  assert.deepEqual((await driver.list()).toSorted(), [...strange, kept].toSorted());
});

test("O5 a place that its database knows again comes back from quarantine, whole, at a look or at its next use", async (t) => {
  const folder = await aFolder(t);
  const { place, look, driver } = await aKeeper(folder);
  const [one, two] = [await aKnownId(), await aKnownId()];
  const files = [await place(one), await place(two)];
  for (const id of [one, two]) assert.match(String(await driver.keeping.quarantine(id)), /\.quarantine/);
  assert.deepEqual(files.map(existsSync), [false, false]);
  await driver.provision(two, aPlace(), { signal, log: () => undefined });
  assert.deepEqual(files.map(existsSync), [false, true]);
  await look(1);
  for (const file of files) assert.equal(await readFile(file, "utf8"), "a day's work");
});

test("O5 a place whose agent lives is left alone: a restored copy of the database has the same deployment", async (t) => {
  const folder = await aFolder(t);
  const { place, look, driver } = await aKeeper(folder, { now: () => inDays(60) });
  const id = uuidv7();
  const file = await place(id);
  await driver.connect(id, aPlace(), signal);
  await look(4);
  assert.equal(existsSync(file), true);
  await driver.stop(id);
  await look(1);
  assert.equal(existsSync(file), false);
});

test("O5 a place from before places were marked is adopted by the database that knows it, and removed by none", async (t) => {
  const folder = await aFolder(t);
  const { place, look, driver } = await aKeeper(folder, { now: () => inDays(60) });
  const [known, unknown] = [await aKnownId(), uuidv7()];
  const files = [await place(known), await place(unknown)];
  for (const id of [known, unknown]) await unmark(folder, id);
  await look(4);
  assert.deepEqual(files.map(existsSync), [true, true]);
  const owners = (await driver.keeping.survey()).map(({ workspace_id, owner }) => [workspace_id, owner]);
  assert.deepEqual(
    new Map(owners as [string, string][]),
    new Map([
      [known, "ours"],
      [unknown, "unmarked"],
    ]),
  );
});

test("O5 another deployment's place is neither used, stopped nor removed by its id", async (t) => {
  const folder = await aFolder(t);
  const id = uuidv7();
  const file = await (await aKeeper(folder)).place(id);
  const { driver } = await aKeeper(folder, { deployment: randomUUID() });
  const step = { signal, log: () => undefined };
  const refused = { code: "driver_failed", message: /another deployment/ };
  await assert.rejects(driver.provision(id, aPlace(), step), refused);
  await assert.rejects(driver.connect(id, aPlace(), signal), refused);
  await assert.rejects(driver.stop(id), refused);
  await assert.rejects(driver.destroy(id), refused);
  assert.equal(await driver.keeping.quarantine(id), null);
  assert.equal(existsSync(file), true);
});

test("O5 a workspace deleted by its owner is gone, also what was set aside of it", async (t) => {
  const folder = await aFolder(t);
  const { place, driver } = await aKeeper(folder);
  const id = uuidv7();
  await place(id);
  await driver.keeping.quarantine(id);
  await driver.destroy(id);
  assert.deepEqual(await driver.keeping.survey(), []);
});
