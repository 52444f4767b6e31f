// The first thing every npm script runs: plain JavaScript for Node 18, without dependencies. It installs what is missing and
// hands the task to the Node version the project pins.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(fileURLToPath(import.meta.url));
const MODULES = join(ROOT, "node_modules");
const MARKER = join(MODULES, ".everturn-setup");
const PINNED_NODE = join(MODULES, "node", "bin", process.platform === "win32" ? "node.exe" : "node");
// The oldest Node that runs TypeScript as it is; see `engines` in package.json.
const NODE_MIN = [22, 18];
const OUTPUT_LINES_SHOWN = 25;

const TASKS = {
  start: ["cli/main.ts", "start"],
  test: ["test/run.ts"],
  "test:unit": ["test/run.ts", "--unit"],
  demo: ["cli/main.ts", "demo"],
  bench: ["bench/main.ts"],
  chaos: ["test/chaos/main.ts"],
  check: ["dev/check/main.ts"],
};

main().catch((error) => {
  console.error(`\n${error.message}\n`);
  process.exitCode = 1;
});

async function main() {
  const [task, ...args] = process.argv.slice(2);
  const command = TASKS[task];
  if (!command) throw new Error(`Unknown task ${task ?? "(none)"}. Tasks: ${Object.keys(TASKS).join(", ")}`);
  if (!isInstalled()) await install();
  await runTask([...command, ...args]);
}

/** True when node_modules holds what package-lock.json names. */
function isInstalled() {
  const hash = lockHash();
  if (!existsSync(join(MODULES, ".package-lock.json"))) return false;
  if (existsSync(MARKER) && readFileSync(MARKER, "utf8") === hash) return true;
  // Installed by npm itself: the same versions are just as good.
  if (!holdsSameVersions()) return false;
  writeFileSync(MARKER, hash);
  return true;
}

function lockHash() {
  return createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");
}

function holdsSameVersions() {
  const wanted = packagesOf(join(ROOT, "package-lock.json"));
  const present = packagesOf(join(MODULES, ".package-lock.json"));
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    // Packages of other platforms are in the lock file and rightly absent.
    if (!present[path]) return entry.optional === true || entry.devOptional === true;
    return present[path].version === entry.version;
  });
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
  } catch {
    return {};
  }
}

async function install() {
  const started = Date.now();
  process.stdout.write("  Installing dependencies (npm ci) …\n");
  // The flags outweigh what npm hands down to its scripts: a production setting would leave the pinned Node out.
  await runNpm([
    "ci",
    "--include=dev",
    "--include=optional",
    "--no-audit",
    "--no-fund",
    "--no-dry-run",
    "--loglevel=error",
  ]);
  mkdirSync(MODULES, { recursive: true });
  writeFileSync(MARKER, lockHash());
  process.stdout.write(`  ✔ Dependencies ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

function runNpm(args) {
  const env = { ...process.env };
  for (const name of Object.keys(env)) {
    if (/^npm_config_(global|local_prefix|omit|only|production|dry_run|ignore_scripts)$/i.test(name))
      delete env[name];
  }
  const cli = process.env.npm_execpath;
  const isNpm = cli !== undefined && /npm-cli\.c?js$/.test(cli) && existsSync(cli);
  const [command, first] = isNpm ? [process.execPath, [cli]] : ["npm", []];
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...args], {
      cwd: ROOT,
      env,
      shell: !isNpm && process.platform === "win32",
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => reject(new Error(`npm could not be run: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ${args[0]} failed:\n${excerpt(output)}`));
    });
  });
}

/** The first lines that name an error, for npm puts its help text after them; without such lines, the last ones. */
function excerpt(output) {
  const lines = output.trim().split("\n");
  const errors = lines.filter((line) => line.startsWith("npm error") || line.startsWith("npm ERR!"));
  return (errors.length > 0 ? errors.slice(0, OUTPUT_LINES_SHOWN) : lines.slice(-OUTPUT_LINES_SHOWN)).join(
    "\n",
  );
}

async function chooseNode() {
  if (runs(PINNED_NODE)) return PINNED_NODE;
  // npm was told to skip install scripts, and the package that brings Node along needs its own.
  await runNpm(["rebuild", "node", "--ignore-scripts=false"]).catch(() => {});
  if (runs(PINNED_NODE)) return PINNED_NODE;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return process.execPath;
  throw new Error(
    `Everturn needs Node ${NODE_MIN.join(".")} or newer; this is ${process.versions.node}, and the one npm should bring along is not in ${PINNED_NODE}.\nRun \`npm ci\` with install scripts allowed, or use a newer Node.`,
  );
}

function runs(program) {
  return existsSync(program) && spawnSync(program, ["--version"]).status === 0;
}

async function runTask(args) {
  const node = await chooseNode();
  const path = [join(MODULES, ".bin"), dirname(node), process.env.PATH ?? ""].join(delimiter);
  // Compiled code is kept between starts: each process of the stack comes up faster.
  const cache = process.env.NODE_COMPILE_CACHE ?? join(MODULES, ".cache", "compiled");
  const [script, ...rest] = args;
  const child = spawn(node, [join(ROOT, script), ...rest], {
    stdio: "inherit",
    env: { ...process.env, PATH: path, NODE_COMPILE_CACHE: cache },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`${node} could not be run: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)));
}
