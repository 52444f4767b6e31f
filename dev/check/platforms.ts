// The lock files serve each platform we promise: `npm ci` refuses a lock that lacks a package, and a program that has no build
// for a platform is otherwise found out by the first person who starts there.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckResult } from "./check.ts";
import { listFiles } from "./source-files.ts";

/** README.md has the table of what works where. Windows is Linux (WSL); musl has no build of Temporal's SDK core. */
const PROMISED = [
  { os: "linux", cpu: "x64", libc: "glibc" },
  { os: "linux", cpu: "arm64", libc: "glibc" },
  { os: "darwin", cpu: "x64" },
  { os: "darwin", cpu: "arm64" },
] as const;
type Platform = (typeof PROMISED)[number];

interface LockEntry {
  readonly version?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
type Packages = Readonly<Record<string, LockEntry>>;

// A help for one system that the others do without: macOS tells of changed files by it.
const EXTRAS: ReadonlySet<string> = new Set(["fsevents"]);

// Packages of their own that nobody starts with.
const NOT_JUDGED = "bench/workflow-streams/";

/** Reads each lock file of the tree with the package.json beside it. */
export async function checkPlatforms(root: string): Promise<CheckResult> {
  const files = listFiles(root, "**/package-lock.json").filter((file) => !file.startsWith(NOT_JUDGED));
  const faults = files.flatMap((file) => {
    const { packages } = JSON.parse(readFileSync(join(root, file), "utf8")) as { packages: Packages };
    const beside = readFileSync(join(root, file.replace("-lock", "")), "utf8");
    const { allowScripts = {} } = JSON.parse(beside) as { allowScripts?: Readonly<Record<string, boolean>> };
    return Object.entries(packages)
      .flatMap(([path, entry]) => [
        ...faultsOfOptional(packages, path, entry),
        ...faultsOfNeeded(path, entry),
        ...faultsOfScripts(path, entry, allowScripts),
      ])
      .map((fault) => `${file} ${fault}`);
  });
  if (files.length === 0) faults.push("no package-lock.json was found");
  return { seen: `${files.length} lock files, ${PROMISED.length} platforms`, faults };
}

/** What a package brings along per platform is in the lock, and each promised platform has something of it. */
function faultsOfOptional(packages: Packages, path: string, entry: LockEntry): string[] {
  const names = Object.keys(entry.optionalDependencies ?? {}).filter((name) => !EXTRAS.has(name));
  const found = names.map((name) => ({ name, entry: resolveFrom(packages, path, name) }));
  const missing = found.filter((each) => each.entry === undefined);
  const native = found.flatMap((each) => (isNative(each.entry) ? [each.entry] : []));
  const without = PROMISED.filter(
    (platform) => native.length > 0 && !native.some((each) => fits(each, platform)),
  );
  return [
    ...missing.map(({ name }) => `${path} lacks ${name}: npm ci would refuse the file`),
    ...without.map((platform) => `${path} has nothing for ${platform.os} ${platform.cpu}`),
  ];
}

/** What is not optional must be installable everywhere. */
function faultsOfNeeded(path: string, entry: LockEntry): string[] {
  if (entry.optional || !isNative(entry)) return [];
  return PROMISED.filter((platform) => !fits(entry, platform)).map(
    (platform) => `${path} cannot be installed on ${platform.os} ${platform.cpu}`,
  );
}

/** An install script may fetch what no lock file names, so each is allowed or refused by name. */
function faultsOfScripts(path: string, entry: LockEntry, allowed: Readonly<Record<string, boolean>>) {
  const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  if (!entry.hasInstallScript || Object.hasOwn(allowed, name)) return [];
  return [`${path} has an install script that allowScripts of package.json does not name`];
}

/** As Node looks for a package: beside the one that asks, then in each folder above. */
function resolveFrom(packages: Packages, path: string, name: string): LockEntry | undefined {
  for (let base = path; ; base = base.slice(0, Math.max(0, base.lastIndexOf("/node_modules/")))) {
    const entry = packages[base === "" ? `node_modules/${name}` : `${base}/node_modules/${name}`];
    if (entry !== undefined || base === "") return entry;
  }
}

function isNative(entry: LockEntry | undefined): entry is LockEntry {
  return entry?.os !== undefined || entry?.cpu !== undefined;
}

function fits(entry: LockEntry, platform: Platform): boolean {
  const libc = "libc" in platform ? platform.libc : undefined;
  return (
    allows(entry.os, platform.os) &&
    allows(entry.cpu, platform.cpu) &&
    (libc === undefined || allows(entry.libc, libc))
  );
}

/** npm's lists name what is meant, or, with `!`, what is not. */
function allows(list: readonly string[] | undefined, value: string): boolean {
  if (list === undefined || list.length === 0) return true;
  if (list.includes(`!${value}`)) return false;
  return list.includes(value) || list.every((each) => each.startsWith("!"));
}
