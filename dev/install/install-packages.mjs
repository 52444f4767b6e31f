// Dev holds the embedded stack: what npm has to install before anything runs. Plain JavaScript for Node 18, without dependencies.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const OUTPUT_LINES_SHOWN = 25;
// Settings that npm hands down to its scripts, and that would change what a second npm does.
const HANDED_DOWN = /^npm_config_(global|local_prefix|omit|include|only|production|dry_run|ignore_scripts)$/i;

/**
 * Installs the packages of `folder` unless they are there: `wants` is "production", or "all" for development ones too. Never
 * removes development packages that are there already, so that `npm start` after `npm test` has nothing to do.
 */
export async function installPackages(folder, wants) {
  const modules = join(folder, "node_modules");
  const marker = join(modules, ".everturn-setup");
  const lock = readFileSync(join(folder, "package-lock.json"));
  const mark = (has) => `${createHash("sha256").update(lock).digest("hex")} ${has}`;
  const [, had] = readText(marker).split(" ");
  const isMarked = ["production", "all"].filter((has) => readText(marker) === mark(has));
  if (isMarked.includes("all") || isMarked.includes(wants)) return;
  const present = packagesOf(readText(join(modules, ".package-lock.json")));
  const holds = (has) => holdsSameVersions(packagesOf(lock), present, has);
  // Installed by npm itself: the same versions are just as good.
  const found = holds("all") ? "all" : holds("production") ? "production" : undefined;
  if (found === undefined || (wants === "all" && found !== "all")) {
    const started = Date.now();
    const has = wants === "all" || had === "all" ? "all" : "production";
    process.stderr.write(
      `  Installing ${has === "all" ? "packages, with those of tests and checks" : "packages"} …\n`,
    );
    await runNpm(folder, installArguments(has, found));
    process.stderr.write(`  ✔ Packages ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
    mkdirSync(modules, { recursive: true });
    writeFileSync(marker, mark(has));
  } else writeFileSync(marker, mark(found));
}

function installArguments(has, found) {
  // `ci` removes everything first; beside production packages that fit, only the missing ones are fetched.
  const verb = found === "production" ? ["install", "--no-save"] : ["ci"];
  const kinds = has === "all" ? ["--include=dev"] : ["--omit=dev"];
  // These flags outweigh settings of the user that would leave out the programs of this platform.
  return [
    ...verb,
    ...kinds,
    "--include=optional",
    "--no-audit",
    "--no-fund",
    "--no-dry-run",
    "--loglevel=error",
  ];
}

function holdsSameVersions(wanted, present, has) {
  const paths = Object.keys(wanted).filter((path) => path !== "");
  return (
    paths.length > 0 &&
    paths.every((path) => {
      const entry = wanted[path];
      if (has === "production" && entry.dev) return true;
      // Packages of other platforms are in the lock file and rightly absent.
      if (!present[path]) return entry.optional === true || entry.devOptional === true;
      return present[path].version === entry.version;
    })
  );
}

function packagesOf(text) {
  try {
    return JSON.parse(text).packages ?? {};
  } catch {
    return {};
  }
}

function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Runs the user's own npm, with the registry and the proxy it is set up for. Resolves with what it printed. */
export function runNpm(folder, args) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !HANDED_DOWN.test(name)));
  const cli = process.env.npm_execpath;
  const isNpm = cli !== undefined && /npm-cli\.c?js$/.test(cli) && existsSync(cli);
  const [command, first] = isNpm ? [process.execPath, [cli]] : ["npm", []];
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...args], { cwd: folder, env });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => reject(new Error(`npm could not be run: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`npm ${args[0]} failed:\n${excerpt(output)}`));
    });
  });
}

/** The first lines that name an error, for npm puts its help text after them; without such lines, the last ones. */
function excerpt(output) {
  const lines = output.trim().split("\n");
  const errors = lines.filter((line) => line.startsWith("npm error") || line.startsWith("npm ERR!"));
  const shown = errors.length > 0 ? errors.slice(0, OUTPUT_LINES_SHOWN) : lines.slice(-OUTPUT_LINES_SHOWN);
  return shown.join("\n");
}
