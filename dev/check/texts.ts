// Words that must not enter the tree: hosts of package registries and absolute paths of somebody's machine.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CheckResult } from "./check.ts";
import { listFiles } from "./source-files.ts";

interface ForbiddenText {
  readonly pattern: RegExp;
  readonly why: string;
}

// Put together from pieces, so that this file does not contain what it looks for.
const registryHosts = [
  ["registry", "npmjs", "org"],
  ["www", "npmjs", "com"],
  ["registry", "yarnpkg", "com"],
  ["pypi", "org"],
  ["files", "pythonhosted", "org"],
  ["crates", "io"],
  ["rubygems", "org"],
  ["proxy", "golang", "org"],
  ["sum", "golang", "org"],
  ["deb", "debian", "org"],
  ["repo", "maven", "apache", "org"],
].map((labels) => labels.join("\\."));

const machineFolders = ["root", "work"].join("|");

const forbiddenTexts: readonly ForbiddenText[] = [
  {
    // A mirror, a proxy or a firewall stands in for a registry on many machines: its name is their configuration.
    pattern: new RegExp(`(?<![\\w-])(?:${registryHosts.join("|")})(?![\\w-])`, "i"),
    why: "names the host of a package registry",
  },
  {
    pattern: new RegExp(`(?<![\\w.~$})\\]*-])/(?:${machineFolders})/`),
    why: "names an absolute path of one machine",
  },
];

/** Binary files have no words of ours; logs and .env belong to the machine they lie on and are not committed. */
const notOurs = /\.(png|jpe?g|gif|ico|webp|pdf|woff2?|gz|zip|wasm|log)$|(^|\/)\.env$/;

/** Reads every file of the tree, hidden ones too, and reports each line with a forbidden word. */
export async function checkTexts(root: string): Promise<CheckResult> {
  const files = listFiles(root, "{**/*,**/.*,.*/**/*}").filter((file) => !notOurs.test(file));
  const perFile = await Promise.all(files.map((file) => findForbidden(root, file)));
  const faults = perFile.flat();
  if (files.length === 0) faults.push("no file was read");
  return { seen: `${files.length} files`, faults };
}

async function findForbidden(root: string, file: string): Promise<string[]> {
  const lines = (await readFile(join(root, file), "utf8")).split("\n");
  return lines.flatMap((line, index) =>
    forbiddenTexts
      .filter((text) => text.pattern.test(line))
      .map((text) => `${file}:${index + 1} ${text.why}: ${line.trim().slice(0, 120)}`),
  );
}
