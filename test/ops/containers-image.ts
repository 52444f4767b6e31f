// A folder with what the container image would hold: the whitelisted files, and production packages only.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, matchesGlob, relative, resolve } from "node:path";
import { projectFolder } from "./containers-compose.ts";

const patterns = readFileSync(resolve(projectFolder, ".dockerignore"), "utf8").split("\n");
const included = patterns.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
const excluded = patterns.filter((line) => /^[^!#]/.test(line) && line !== "*");

/**
 * Lays out the image below a new temporary folder and returns its path. Packages are links, but only those that
 * `npm ci --omit=dev` installs: code that imports a development dependency fails there as it would in a container.
 */
export function layOutImage(): string {
  const image = mkdtempSync(join(tmpdir(), "everturn-image-"));
  for (const path of included) {
    const source = resolve(projectFolder, path);
    if (existsSync(source)) cpSync(source, join(image, path), { recursive: true, filter: belongsInImage });
  }
  for (const name of productionPackages()) {
    const link = join(image, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve(projectFolder, "node_modules", name), link);
  }
  // Another stage of the image has the console's packages, and only what is built there comes into it.
  const packages = join(image, "console/node_modules");
  symlinkSync(resolve(projectFolder, "console/node_modules"), packages);
  runBuildSteps(image);
  rmSync(packages);
  rmSync(join(image, "console/.cache"), { recursive: true });
  return image;
}

/** The steps of the Dockerfile that run our own code, in their order. Throws when one fails. */
function runBuildSteps(image: string): void {
  const dockerfile = readFileSync(resolve(projectFolder, "Dockerfile"), "utf8");
  for (const [, list, words] of dockerfile.matchAll(/^RUN (?:(\[.*\])|(node .*))$/gm)) {
    const step = words?.split(" ") ?? (JSON.parse(list ?? "[]") as string[]);
    const [program, ...args] = step;
    if (program !== "node") throw new Error(`an unknown build step: ${step.join(" ")}`);
    execFileSync(process.execPath, args, { cwd: image, stdio: ["ignore", "ignore", "inherit"] });
  }
}

/** Every file of the image, its packages apart. */
export function filesOfImage(image: string): string[] {
  const all = readdirSync(image, { recursive: true, withFileTypes: true });
  const files = all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => relative(image, file)).sort();
}

/** Patterns of .dockerignore are relative to the project; `**` stands for any number of folders. */
function belongsInImage(source: string): boolean {
  const path = relative(projectFolder, source);
  return !excluded.some((pattern) => matchesGlob(path, pattern));
}

/** Names of the packages at the top of node_modules that are not there for development alone. */
function productionPackages(): string[] {
  interface Lock {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
  }
  const lock = JSON.parse(readFileSync(resolve(projectFolder, "package-lock.json"), "utf8")) as Lock;
  return Object.entries(lock.packages)
    .filter(([path, entry]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && entry.dev !== true)
    .map(([path]) => path.slice("node_modules/".length))
    .filter((name) => existsSync(resolve(projectFolder, "node_modules", name)));
}
