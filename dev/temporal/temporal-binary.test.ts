import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { identify } from "../../platform/system-processes.ts";
import { ARCHIVES, downloadFolder, findTemporalBinary } from "./temporal-binary.ts";

const root = mkdtempSync(join(tmpdir(), "everturn-temporal-"));
after(() => rmSync(root, { recursive: true, force: true }));

function program(path: string, exitCode = 0): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\nexit ${exitCode}\n`);
  chmodSync(path, 0o755);
  return path;
}

function search(env: NodeJS.ProcessEnv) {
  return findTemporalBinary({ env: { ...env, XDG_CACHE_HOME: root }, isQuick: true });
}

test("Temporal's program is looked for in the designed order", async () => {
  const home = join(root, "order");
  const env = { HOME: home, PATH: join(home, "bin") };
  const cached = program(join(root, "everturn", "temporal-v1.5.1"));
  assert.equal(await search(env), cached);
  const go = program(join(home, "go", "bin", "temporal"));
  assert.equal(await search(env), go);
  const onPath = program(join(home, "bin", "temporal"));
  assert.equal(await search(env), onPath);
  const named = program(join(home, "named"));
  assert.equal(await search({ ...env, TEMPORAL_CLI_PATH: named }), named);
  rmSync(cached);
});

test("a program that does not run is passed over", async () => {
  const home = join(root, "broken");
  program(join(home, "bin", "temporal"), 1);
  const go = program(join(home, "go", "bin", "temporal"));
  assert.equal(await search({ HOME: home, PATH: join(home, "bin") }), go);
});

test("a wrong TEMPORAL_CLI_PATH is an error at once, for somebody chose it", async () => {
  await assert.rejects(
    search({ TEMPORAL_CLI_PATH: join(root, "nowhere"), PATH: "" }),
    /TEMPORAL_CLI_PATH is .*nowhere/,
  );
});

test("when no way leads to a program, the error lists them all", async () => {
  await assert.rejects(search({ HOME: join(root, "empty"), PATH: "" }), (error: Error) => {
    for (const way of [
      "TEMPORAL_CLI_PATH: not set",
      "`temporal` on PATH: not there",
      "Go's own folder:",
      "the cache:",
      "TEMPORAL_ADDRESS",
    ]) {
      assert.ok(error.message.includes(way), way);
    }
    return true;
  });
});

test("a lock that a dead start left does not keep the next one from going on, and a living one has its folder alone", () => {
  const cache = join(root, "locked");
  const folder = downloadFolder(cache);
  assert.equal(folder, join(cache, "download"));
  assert.equal(downloadFolder(cache), folder);
  for (const left of ['{"pid":', JSON.stringify({ pid: process.ppid, started: "another's" })]) {
    writeFileSync(join(folder, "lock.json"), left);
    assert.equal(downloadFolder(cache), folder);
  }
  writeFileSync(join(folder, "lock.json"), JSON.stringify(identify(process.ppid)));
  const own = downloadFolder(cache);
  assert.notEqual(own, folder);
  assert.ok(existsSync(own));
});

test("there is a download with a checksum for each platform we promise", () => {
  for (const platform of ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"]) {
    assert.match(ARCHIVES[platform]?.sha256 ?? "", /^[0-9a-f]{64}$/, platform);
  }
});
