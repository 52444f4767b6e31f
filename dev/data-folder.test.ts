import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openDataFolder, readSecrets, wipeDataFolder } from "./data-folder.ts";
import { identify } from "./process-identity.ts";
import { StartError } from "./start-error.ts";

const root = mkdtempSync(join(tmpdir(), "everturn-data-"));
after(() => rmSync(root, { recursive: true, force: true }));

test("a second start in the same folder is told who runs there", () => {
  const path = join(root, "locked");
  openDataFolder(path).unlock();
  // The parent of a test lives as long as the test.
  writeFileSync(join(path, "lock.json"), JSON.stringify(identify(process.ppid)));
  assert.throws(
    () => openDataFolder(path),
    (error) =>
      error instanceof StartError &&
      error.message.includes(`already runs in ${path} (process ${process.ppid})`),
  );
});

test("a lock of a process that is gone, of another one with its pid, or half-written is taken over", () => {
  const path = join(root, "stale");
  openDataFolder(path).unlock();
  const stale = [
    { pid: 2 ** 22 + 1, started: "1" },
    { pid: process.ppid, started: "not-this-one" },
  ];
  for (const text of [...stale.map((lock) => JSON.stringify(lock)), '{"pid":']) {
    writeFileSync(join(path, "lock.json"), text);
    const folder = openDataFolder(path);
    assert.match(readFileSync(join(path, "lock.json"), "utf8"), new RegExp(`"pid":${process.pid}`));
    folder.unlock();
    assert.equal(existsSync(join(path, "lock.json")), false);
  }
});

test("what is in the folder is for its owner alone, also what an older version left open", () => {
  const path = join(root, "open");
  openDataFolder(path).unlock();
  mkdirSync(join(path, "logs"));
  mkdirSync(join(path, "postgres"));
  writeFileSync(join(path, "temporal.db"), "", { mode: 0o644 });
  for (const entry of ["", "logs", "postgres"]) chmodSync(join(path, entry), 0o755);
  const folder = openDataFolder(path);
  readSecrets(folder);
  const modes = Object.fromEntries(
    readdirSync(path).map((name) => [name, (statSync(join(path, name)).mode & 0o777).toString(8)]),
  );
  assert.deepEqual(modes, {
    "everturn-data": "600",
    "lock.json": "600",
    logs: "700",
    postgres: "700",
    "secrets.json": "600",
    "temporal.db": "600",
  });
  // As root Postgres runs as another user, who passes through the folder to its own.
  const expected = process.getuid?.() === 0 ? 0o711 : 0o700;
  assert.equal(statSync(path).mode & 0o777, expected);
});

test("secrets are made once and only their owner can read them", () => {
  const folder = openDataFolder(join(root, "secrets"));
  const secrets = readSecrets(folder);
  assert.equal(Buffer.from(secrets.secretKey, "base64").length, 32);
  assert.match(secrets.apiKey, /^ek_[\w-]{43}$/);
  assert.deepEqual(readSecrets(folder), secrets);
  assert.equal(statSync(join(folder.path, "secrets.json")).mode & 0o777, 0o600);
});

test("a folder with other people's files is neither used nor wiped", () => {
  const path = join(root, "foreign");
  mkdirSync(path);
  writeFileSync(join(path, "thesis.txt"), "years of work");
  assert.throws(() => openDataFolder(path), /holds files that are not Everturn's/);
  assert.ok(existsSync(join(path, "thesis.txt")));
});

test("wiping empties our folder and keeps it ours and locked", () => {
  const folder = openDataFolder(join(root, "wiped"));
  readSecrets(folder);
  wipeDataFolder(folder);
  assert.equal(existsSync(join(folder.path, "secrets.json")), false);
  assert.ok(existsSync(join(folder.path, "lock.json")));
  folder.unlock();
  openDataFolder(folder.path).unlock();
});

test("a folder that cannot be made is one clear message", () => {
  writeFileSync(join(root, "file"), "");
  assert.throws(
    () => openDataFolder(join(root, "file", "data")),
    /The data folder .* cannot be used: ENOTDIR/,
  );
});
