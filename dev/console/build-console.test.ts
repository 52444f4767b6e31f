import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { consoleFolder, isConsoleBeingBuilt } from "../../platform/programs/console-folder.ts";
import { type BuildSteps, buildConsole, isConsoleBuilt } from "./build-console.ts";
import { CHAT_CHUNKS } from "./built-chunks.ts";

const NOBODY = 2 ** 22;

/** A console whose bundle is two files named after its sources. */
function aConsole(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), "everturn-console-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const it = { root, sources: "one", bundles: 0, installs: 0, fault: null as Error | null };
  const write = (file: string, text: string) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const steps: BuildSteps = {
    root,
    stamp: () => Promise.resolve(it.sources),
    install: () => Promise.resolve(void it.installs++),
    bundle(outDir) {
      it.bundles += 1;
      write(join(outDir, `assets/index-${it.sources}.js`), `// ${it.sources}\n${"x();\n".repeat(500)}`);
      if (it.fault !== null) return Promise.reject(it.fault);
      const chunk = { file: `assets/index-${it.sources}.js` };
      const manifest = Object.fromEntries(CHAT_CHUNKS.map((name) => [name, chunk]));
      write(join(outDir, ".vite/manifest.json"), JSON.stringify(manifest));
      write(join(outDir, "index.html"), `<script src="/assets/index-${it.sources}.js"></script>`);
      return Promise.resolve();
    },
  };
  const assets = () => readdirSync(join(root, "dist", "assets")).filter((name) => name.endsWith(".js"));
  const page = () => readFileSync(join(root, "dist", "index.html"), "utf8");
  return Object.assign(it, { steps, assets, page, ...consoleFolder(root) });
}

test("a console is built once for its sources, and again when they change", async (t) => {
  const it = aConsole(t);
  assert.equal(await isConsoleBuilt(it.steps), false);
  assert.equal(await buildConsole(it.steps), "built");
  assert.equal(await buildConsole(it.steps), "fits");
  assert.equal(it.bundles, 1);
  it.sources = "two";
  assert.equal(await isConsoleBuilt(it.steps), false);
  assert.equal(await buildConsole(it.steps), "built");
  assert.match(it.page(), /index-two/);
});

test("files have compressed twins that unpack to themselves", async (t) => {
  const it = aConsole(t);
  await buildConsole(it.steps);
  const file = join(it.dist, "assets/index-one.js");
  const text = readFileSync(file, "utf8");
  assert.equal(brotliDecompressSync(readFileSync(`${file}.br`)).toString(), text);
  assert.equal(gunzipSync(readFileSync(`${file}.gz`)).toString(), text);
});

test("a page that is open finds the files of its build after one newer build, not after two", async (t) => {
  const it = aConsole(t);
  const seen: string[][] = [];
  for (const sources of ["one", "two", "three"]) {
    it.sources = sources;
    await buildConsole(it.steps);
    seen.push(it.assets());
  }
  assert.deepEqual(seen, [
    ["index-one.js"],
    ["index-one.js", "index-two.js"],
    ["index-three.js", "index-two.js"],
  ]);
});

test("a build that fails says why, keeps the console that was there, and is tried again", async (t) => {
  const it = aConsole(t);
  await buildConsole(it.steps);
  it.sources = "two";
  it.fault = new Error("main.tsx:3 is wrong");
  await assert.rejects(buildConsole(it.steps), /main\.tsx:3 is wrong/);
  assert.match(it.page(), /index-one/);
  assert.equal(existsSync(it.lock), false);
  it.fault = null;
  assert.equal(await buildConsole(it.steps), "built");
});

test("of several builders at once one builds", async (t) => {
  const it = aConsole(t);
  const outcomes = await Promise.all([1, 2, 3].map(() => buildConsole(it.steps)));
  assert.deepEqual(outcomes.sort(), ["built", "fits", "fits"]);
  assert.equal(it.bundles, 1);
});

test("a lock that a dead process left, or a very old one, holds up nobody", async (t) => {
  const it = aConsole(t);
  mkdirSync(dirname(it.lock), { recursive: true });
  writeFileSync(it.lock, String(process.pid));
  assert.equal(isConsoleBeingBuilt(it), true);
  utimesSync(it.lock, new Date(0), new Date(0));
  assert.equal(isConsoleBeingBuilt(it), false);
  writeFileSync(it.lock, String(NOBODY));
  assert.equal(isConsoleBeingBuilt(it), false);
  assert.equal(await buildConsole(it.steps), "built");
});

test("where nothing can be written, what is there is kept; without anything a sentence says so", async (t) => {
  if (process.getuid?.() === 0) {
    // Root may write anywhere: a folder that is missing stands for one that is closed.
    const it = aConsole(t);
    const steps = { ...it.steps, root: join(it.root, "missing") };
    await assert.rejects(buildConsole(steps), /not built, and nothing can be written/);
    return;
  }
  const it = aConsole(t);
  await buildConsole(it.steps);
  it.sources = "two";
  chmodSync(it.root, 0o555);
  t.after(() => chmodSync(it.root, 0o755));
  assert.equal(await buildConsole(it.steps), "kept");
  assert.match(it.page(), /index-one/);
});
