// Tests: files that move into an object store, on a real API and Postgres, and a store that somebody else wrote.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { isOutage } from "../../platform/classify-failure.ts";
import { BlobMissing, gathered } from "../../store/file/blobs.ts";
import { type MoveDeps, moveFiles } from "../../store/file/move-files.ts";
import { createPostgresBlobs } from "../../store/file/postgres-blobs.ts";
import { createS3Blobs, type ObjectBlobs, ObjectStoreUnavailable } from "../../store/file/s3-blobs.ts";
import { startTestApi, type TestApi } from "../support/api.ts";
import { type S3Server, startS3Server } from "../support/server/s3-server.ts";
import { soon } from "../support/soon.ts";

const { signal } = new AbortController();
let s3: S3Server;
let api: TestApi;
let objects: ObjectBlobs;

before(async () => {
  s3 = await startS3Server();
  objects = createS3Blobs(s3.settings);
  api = await startTestApi({ objectStore: s3.settings });
});

after(async () => {
  await api.stop();
  await s3.remove();
});

async function upload(bytes: Uint8Array): Promise<string> {
  const headers = { "Content-Type": "text/plain" };
  const { status, body } = await api.call("POST /v1/files", { text: bytes, headers });
  assert.equal(status, 201, JSON.stringify(body));
  return body.id;
}

const text = (size: number) =>
  Buffer.from(
    randomBytes(size)
      .toString("latin1")
      .replace(/[^a-z0-9]/gi, "x"),
  );

/** One round of a worker. */
const move = (more: Partial<MoveDeps> = {}) =>
  moveFiles(
    {
      pool: api.pool,
      pieces: createPostgresBlobs(api.pool),
      objects,
      failpoint: () => undefined,
      keepS: 0,
      ...more,
    },
    signal,
  );

async function download(id: string) {
  const response = await fetch(`${api.url}/v1/files/${id}`, {
    headers: { Authorization: `Bearer ${api.key}` },
  });
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
}

async function stateOf(id: string) {
  const { rows } = await api.pool.query(
    "select store, (select count(*)::int from file_pieces where file_id = id) as pieces from files where id = $1",
    [id],
  );
  return rows[0];
}

/** As if the moves of this test's files had been begun long ago. */
const later = () => api.pool.query("update files set moved_at = moved_at - interval '1 hour'");
const isThere = (id: string) =>
  gathered(objects.read(id)).then(
    () => true,
    () => false,
  );
const filesOfReadyz = async () => (await api.call("GET /readyz", { key: null })).body.checks.files;

test("C5 a file moves into the object store as it is, and can be read all the while; its pieces go later", async () => {
  const bytes = text(2_500_000);
  const id = await upload(bytes);
  assert.deepEqual(await stateOf(id), { store: "postgres", pieces: 10 });
  await move({ keepS: 900 });
  assert.deepEqual(await stateOf(id), { store: "both", pieces: 10 }, "whoever reads the pieces reads on");
  assert.ok((await download(id)).bytes.equals(bytes));
  await later();
  await move();
  assert.deepEqual(await stateOf(id), { store: "s3", pieces: 0 });
  assert.ok((await download(id)).bytes.equals(bytes));
  const head = await gathered(api.deps.files.read({ id, store: "s3" }, 1_000));
  assert.ok(head.equals(bytes.subarray(0, 1_000)), "a beginning is a beginning");
});

test("C5 a worker that dies in a move leaves the file where it can be read, and the next move ends it", async () => {
  for (const point of ["moveFile:claimed", "moveFile:put"]) {
    const bytes = text(300_000);
    const id = await upload(bytes);
    const die = (name: string) => {
      if (name === point) throw new Error("the worker has died");
    };
    await assert.rejects(move({ failpoint: die }), /has died/);
    assert.equal((await stateOf(id)).store, "postgres", point);
    assert.ok((await download(id)).bytes.equals(bytes));
    await move();
    assert.equal((await stateOf(id)).store, "postgres", "for a while the dead one counts as at work");
    await later();
    await move();
    assert.notEqual((await stateOf(id)).store, "postgres", point);
    assert.ok((await download(id)).bytes.equals(bytes));
  }
});

test("C5 a deleted file takes its object along, also one that was deleted while it was moved, and a deletion that fails is made again", async () => {
  const moved = await upload(text(1_000));
  await move();
  assert.ok(await isThere(moved));
  const meanwhile = await upload(text(1_000));
  const remove = (id: string) => api.call(`DELETE /v1/files/${id}`);
  // Deleted after its object was put, before the row could say so.
  let deletion: Promise<unknown> | null = null;
  const put: ObjectBlobs["put"] = async (file, stop) => {
    await objects.put(file, stop);
    if (file.id === meanwhile) await (deletion = remove(meanwhile));
  };
  await move({ objects: { ...objects, put }, keepS: 900 });
  assert.ok(deletion !== null);
  assert.ok(await isThere(meanwhile), "an orphan, for now");
  assert.equal((await remove(moved)).status, 204);
  await s3.stop();
  await assert.rejects(move(), ObjectStoreUnavailable);
  await s3.start();
  await move();
  assert.deepEqual([await isThere(moved), await isThere(meanwhile)], [false, false]);
  assert.equal((await api.pool.query("select from objects_to_delete")).rowCount, 0);
});

test("X8 a store that is away is an outage: uploads go on, a moved file is 503 and not lost, and all is well when it is back", async () => {
  const bytes = text(100_000);
  const id = await upload(bytes);
  await move();
  assert.deepEqual(await filesOfReadyz(), { ok: true });
  await s3.stop();
  const young = await upload(text(1_000));
  await assert.rejects(move(), (error) => isOutage(error));
  const answer = await api.call(`GET /v1/files/${id}`);
  assert.deepEqual([answer.status, answer.body.code], [503, "unavailable"]);
  assert.equal((await download(young)).status, 200, "it is in Postgres still");
  await soon("readyz says that the store is away", async () => (await filesOfReadyz()).ok === false);
  await s3.start();
  assert.ok((await download(id)).bytes.equals(bytes));
  await later();
  await move();
  assert.notEqual((await stateOf(young)).store, "postgres");
});

test("X8 a store that refuses our key, or has no such bucket, is an outage, too: never a missing file", async () => {
  for (const wrong of [{ secretAccessKey: "wrong" }, { bucket: "no-such-bucket" }]) {
    const store = createS3Blobs({ ...s3.settings, ...wrong });
    await assert.rejects(gathered(store.read("a")), ObjectStoreUnavailable);
    await assert.rejects(store.ping(), ObjectStoreUnavailable);
    const bytes = Buffer.from("x");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const put = store.put({ id: "a", size: 1, sha256, bytes: chunks(bytes) });
    await assert.rejects(put, ObjectStoreUnavailable);
  }
  await assert.rejects(gathered(objects.read("nothing")), BlobMissing);
  await objects.ping();
});

async function* chunks(...bytes: Buffer[]) {
  yield* bytes;
}

test("C5 a file that cannot be moved keeps no other from it", async () => {
  const [bad, good] = [await upload(text(1_000)), await upload(text(1_000))];
  const put: ObjectBlobs["put"] = (file, stop) =>
    file.id === bad ? Promise.reject(new ObjectStoreUnavailable("answers 400")) : objects.put(file, stop);
  await assert.rejects(move({ objects: { ...objects, put } }), /answers 400/);
  await move({ objects: { ...objects, put } });
  assert.deepEqual(
    [(await stateOf(bad)).store, (await stateOf(good)).store === "postgres"],
    ["postgres", false],
  );
});
