import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { installPackages } from "./install-packages.mjs";

const root = mkdtempSync(join(tmpdir(), "everturn-install-"));
after(() => rmSync(root, { recursive: true, force: true }));

const PACKAGES = {
  "": {},
  "node_modules/needed": { version: "1.0.0" },
  "node_modules/tool": { version: "1.0.0", dev: true },
  "node_modules/other-system": { version: "1.0.0", optional: true },
};

// Does to node_modules what npm would, and notes what it was asked for.
const FAKE_NPM = `
const { appendFileSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const args = process.argv.slice(2);
appendFileSync("asked", args.slice(0, args.indexOf("--include=optional")).join(" ") + "\\n");
if (process.env.npm_config_omit) throw new Error("settings of the npm above came along");
const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const kept = Object.entries(packages).filter(
  ([path, entry]) => path !== "" && !entry.optional && (args.includes("--include=dev") || !entry.dev));
mkdirSync("node_modules", { recursive: true });
writeFileSync("node_modules/.package-lock.json", JSON.stringify({ packages: Object.fromEntries(kept) }));
`;

/** A project with a lock file, and an npm of ours. */
function aProject(t: TestContext, name: string) {
  const folder = join(root, name);
  mkdirSync(folder);
  const npm = join(folder, "npm-cli.cjs");
  writeFileSync(npm, FAKE_NPM);
  const lock = (packages: object) =>
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages }));
  lock(PACKAGES);
  const before = { ...process.env };
  Object.assign(process.env, { npm_execpath: npm, npm_config_omit: "dev" });
  t.after(() => (process.env = before));
  const asked = () => readFileSync(join(folder, "asked"), "utf8").trim().split("\n");
  return { folder, lock, asked };
}

test("a start installs what it needs, tests add what is missing, and the next start takes nothing away", async (t) => {
  const { folder, asked } = aProject(t, "grows");
  for (const wants of ["production", "production", "all", "all", "production"] as const) {
    await installPackages(folder, wants);
  }
  assert.deepEqual(asked(), ["ci --omit=dev", "install --no-save --include=dev"]);
});

test("what npm itself installed is as good, and a changed lock file is installed with as much as was there", async (t) => {
  const { folder, lock, asked } = aProject(t, "changes");
  await installPackages(folder, "all");
  rmSync(join(folder, "node_modules", ".everturn-setup"));
  await installPackages(folder, "production");
  await installPackages(folder, "all");
  lock({ ...PACKAGES, "node_modules/needed": { version: "2.0.0" } });
  await installPackages(folder, "production");
  assert.deepEqual(asked(), ["ci --include=dev", "ci --include=dev"]);
});

test("an npm that fails is told by its own words", async (t) => {
  const { folder, lock } = aProject(t, "fails");
  lock({});
  writeFileSync(join(folder, "npm-cli.cjs"), 'console.error("npm error no such host"); process.exit(1);');
  await assert.rejects(installPackages(folder, "all"), /npm ci failed:\nnpm error no such host/);
});
