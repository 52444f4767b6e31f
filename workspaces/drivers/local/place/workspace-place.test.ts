import assert from "node:assert/strict";
import { once } from "node:events";
import { lstat, mkdir, mkdtemp, rm, symlink, unlink } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { placesOf, removeSocketAddress, shortAddress } from "./workspace-place.ts";

test("W10 no id leads out of the folder of workspaces", () => {
  const places = placesOf("data");
  assert.ok(path.isAbsolute(places.root));
  for (const id of ["..", ".", "", "a/b", "a\0b", ".locks", "-a", "x".repeat(65), "a\n"]) {
    assert.throws(() => places.of(id), /no id of a workspace/, id);
  }
});

test("W10 a socket below a long data folder is reached by a short name, which ends with the workspace", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "everturn-place-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const short = placesOf(folder).of("w1");
  assert.equal(await shortAddress(short, true), short.socket);
  const place = placesOf(path.join(folder, "long".repeat(30))).of("w1");
  await mkdir(place.run, { recursive: true });
  const address = await shortAddress(place, true);
  t.after(() => removeSocketAddress(place));
  assert.ok(Buffer.byteLength(address) <= 103);
  assert.equal(await shortAddress(place, false), address);
  const server = createServer();
  await once(server.listen(address), "listening");
  t.after(() => server.close());
  assert.ok((await lstat(place.socket)).isSocket());
  // A link of that name that leads elsewhere is put right.
  await unlink(path.dirname(address));
  await symlink("/nowhere", path.dirname(address));
  assert.equal(await shortAddress(place, true), address);
  assert.ok((await lstat(address)).isSocket());
  await removeSocketAddress(place);
  await assert.rejects(lstat(path.dirname(address)));
});
