import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { bringNode, NODE_SOURCES, NODE_VERSION, runsTypeScript } from "./bring-node.mjs";

const root = mkdtempSync(join(tmpdir(), "everturn-bring-node-"));
after(() => rmSync(root, { recursive: true, force: true }));

/** A package as the registry has it, whose program is this script. */
function aPackage(name: string, script: string) {
  const folder = join(root, name);
  mkdirSync(join(folder, "package", "bin"), { recursive: true });
  writeFileSync(join(folder, "package", "bin", "node"), script);
  chmodSync(join(folder, "package", "bin", "node"), 0o755);
  writeFileSync(join(folder, "package", "README.md"), "not needed");
  const file = join(folder, "node.tgz");
  execFileSync("tar", ["-czf", file, "-C", folder, "package"]);
  const integrity = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
  return { file, integrity };
}

/** An npm that has this one package; it notes what it was asked for. */
function npmWith(file: string) {
  const asked: string[] = [];
  const runNpm = (folder: string, args: readonly string[]) => {
    asked.push(args.join(" "));
    copyFileSync(file, join(folder, "node.tgz"));
    return Promise.resolve("");
  };
  return { asked, runNpm };
}

// Where nothing listens: the second way, the official archive, must not be reached from a test.
const NO_NETWORK = { https_proxy: "http://127.0.0.1:9", HTTPS_PROXY: "http://127.0.0.1:9" };

test("a Node is taken from the npm package of its platform, the program alone, and found again without npm", async () => {
  const { file, integrity } = aPackage("good", "#!/bin/sh\necho v0\n");
  const { asked, runNpm } = npmWith(file);
  const settings = {
    cacheFolder: join(root, "cache"),
    platform: "test-x64",
    sources: { "test-x64": { npm: integrity, archive: "" } },
  };
  const program = await bringNode({ ...settings, runNpm });
  assert.equal(execFileSync(program, { encoding: "utf8" }), "v0\n");
  assert.deepEqual(asked, [`pack node-test-x64@${NODE_VERSION} --ignore-scripts --loglevel=error`]);
  assert.deepEqual(readdirSync(settings.cacheFolder), [`node-${NODE_VERSION}-test-x64`]);
  const offline = () => Promise.reject(new Error("nothing is fetched twice"));
  assert.equal(await bringNode({ ...settings, runNpm: offline }), program);
});

test("a Node with another checksum, or one that does not run here, is not kept, and each way is told with its reason", async (t) => {
  const before = { ...process.env };
  Object.assign(process.env, NO_NETWORK);
  t.after(() => (process.env = before));
  const forged = aPackage("forged", "#!/bin/sh\necho v0\n");
  const broken = aPackage("broken", "#!/bin/sh\nexit 1\n");
  for (const [{ file }, npm, reason] of [
    [
      forged,
      "sha512-another",
      /as an npm package: node.tgz has the checksum sha512-.*, and sha512-another was expected/,
    ],
    [broken, broken.integrity, /as an npm package: it does not run on this system/],
  ] as const) {
    const cacheFolder = join(root, "refused");
    const sources = { "test-x64": { npm, archive: "" } };
    const brought = bringNode({ cacheFolder, platform: "test-x64", sources, runNpm: npmWith(file).runNpm });
    await assert.rejects(brought, (error: Error) => {
      assert.match(error.message, reason);
      assert.match(error.message, /from nodejs\.org: /);
      return true;
    });
    assert.deepEqual(readdirSync(cacheFolder), []);
  }
});

test("a platform without a Node to fetch is named, and nothing is made for it", async () => {
  const cacheFolder = join(root, "none");
  const brought = bringNode({ cacheFolder, platform: "plan9-x64", runNpm: () => Promise.resolve("") });
  await assert.rejects(brought, /none to fetch for plan9-x64/);
  assert.equal(existsSync(cacheFolder), false);
});

test("there is a checksum for each platform we promise, and the versions that strip types are those of `engines`", () => {
  for (const platform of ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"]) {
    assert.match(NODE_SOURCES[platform]?.archive ?? "", /^[0-9a-f]{64}$/, platform);
    if (platform.startsWith("linux")) assert.match(NODE_SOURCES[platform]?.npm ?? "", /^sha512-.{86}==$/);
  }
  for (const version of ["22.18.0", "23.6.0", "24.0.0", "26.1.0"])
    assert.equal(runsTypeScript(version), true);
  for (const version of ["18.20.0", "20.20.2", "22.17.9", "23.5.0"]) {
    assert.equal(runsTypeScript(version), false, version);
  }
  const { engines } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  assert.equal(engines.node, "^22.18.0 || >=23.6.0");
});
