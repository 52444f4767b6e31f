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
import { identify } from "../../platform/system-processes.ts";
import { StartError } from "../start-error.ts";
import { openDataFolder, readSecrets, wipeDataFolder } from "./data-folder.ts";

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
  const first = openDataFolder(path);
  readSecrets(first);
  first.unlock();
  mkdirSync(join(path, "logs"));
  mkdirSync(join(path, "postgres"));
  writeFileSync(join(path, "temporal.db"), "", { mode: 0o644 });
  for (const entry of ["", "logs", "postgres"]) chmodSync(join(path, entry), 0o755);
  chmodSync(join(path, "secrets.json"), 0o644);
  openDataFolder(path);
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

test("secrets that are gone or damaged are told in words, and nothing is made in their place", () => {
  const folder = openDataFolder(join(root, "lost"));
  const file = join(folder.path, "secrets.json");
  mkdirSync(join(folder.path, "postgres"));
  assert.throws(
    () => readSecrets(folder),
    (error) => {
      assert.ok(error instanceof StartError);
      assert.match(
        error.message,
        /secrets\.json is gone, but postgres beside it was made with the secrets in it/,
      );
      assert.match(error.message, /Put the file back from a backup.*--reset/);
      return true;
    },
  );
  assert.equal(existsSync(file), false);
  for (const text of ["", "{", "null", '{"secretKey":"x"}']) {
    writeFileSync(file, text);
    assert.throws(() => readSecrets(folder), /secrets\.json is damaged/);
    assert.equal(readFileSync(file, "utf8"), text);
  }
  rmSync(file);
  // With a database and a secret key of somebody's own nothing here depends on the file.
  const brought = { DATABASE_URL: "postgres://x/y", EVERTURN_SECRET_KEY: "k" };
  assert.match(readSecrets(folder, brought).apiKey, /^ek_/);
});

test("a folder that was deleted, or taken over, is no longer ours, and another's lock stays", () => {
  const folder = openDataFolder(join(root, "gone"));
  assert.equal(folder.isOurs(), true);
  rmSync(folder.path, { recursive: true });
  assert.equal(folder.isOurs(), false);
  mkdirSync(folder.path);
  const lock = join(folder.path, "lock.json");
  writeFileSync(lock, JSON.stringify(identify(process.ppid)));
  assert.equal(folder.isOurs(), false);
  folder.unlock();
  assert.ok(existsSync(lock));
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
