// Reads one template folder: template.yaml, README.md and files/. A link that leads out of the templates' folder is a fault.
import { constants } from "node:fs";
import { lstat, open, readdir, realpath } from "node:fs/promises";
import path from "node:path";
import type { Template, TemplateFault } from "../../core/workspace/template.ts";
import {
  faultsPerTemplateMax,
  readmeBytesMax,
  templateFilesBytesMax,
  templateFilesMax,
  templateFoldersDeepMax,
  templateYamlBytesMax,
} from "./template-limits.ts";
import { parseTemplate, templateNamePattern } from "./template-schema.ts";
import { readYaml } from "./template-yaml.ts";

export interface TemplateFolder {
  readonly name: string;
  readonly template: Template | null;
  readonly faults: readonly TemplateFault[];
  readonly readme: string | null;
}

/** A fault in one file. */
class FileFault extends Error {
  readonly file: string;
  constructor(file: string, message: string) {
    super(message);
    this.name = "FileFault";
    this.file = file;
  }
}

/** Reads the template below `root`, a real path. Never throws: problems are returned as faults. */
export async function readTemplateFolder(root: string, name: string): Promise<TemplateFolder> {
  const faultIn = (file: string, fault: { path: string; message: string }): TemplateFault => ({
    template: name,
    file: path.posix.join(name, file),
    ...fault,
  });
  try {
    checkName(name);
    const folder = await insideOf(root, path.join(root, name), "");
    if (folder === null) throw new FileFault("", "vanished");
    const yaml = await readText(root, folder, { file: "template.yaml", bytesMax: templateYamlBytesMax });
    if (yaml === null) throw new FileFault("template.yaml", "is missing");
    const readme = await readText(root, folder, { file: "README.md", bytesMax: readmeBytesMax });
    const files = await filesFolder(root, folder);
    const { template, faults } = templateOf(yaml, { name, files });
    return { name, template, faults: faults.map((fault) => faultIn("template.yaml", fault)), readme };
  } catch (error) {
    const { file, message } = error instanceof FileFault ? error : systemFault(error);
    return { name, template: null, faults: [faultIn(file, { path: "", message })], readme: null };
  }
}

function checkName(name: string): void {
  if (templateNamePattern.test(name)) return;
  const words = "the folder's name must be at most 64 lower case letters, digits and dashes";
  throw new FileFault("", words);
}

function templateOf(text: string, place: { readonly name: string; readonly files: string | null }) {
  const yaml = readYaml(text);
  if (!yaml.ok) return { template: null, faults: yaml.faults.slice(0, faultsPerTemplateMax) };
  const parsed = parseTemplate(yaml.value, place);
  if (parsed.ok) return { template: parsed.template, faults: [] };
  const issues = parsed.issues.slice(0, faultsPerTemplateMax);
  return { template: null, faults: issues.map((issue) => yaml.faultAt(issue.path, issue.message)) };
}

/** Shows only the code of a system error, because its message contains absolute paths. */
function systemFault(error: unknown): { file: string; message: string } {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
  return { file: "", message: `cannot be read (${code})` };
}

function isBelow(candidate: string, folder: string): boolean {
  const relative = path.relative(folder, candidate);
  return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** The real path, or null if nothing is there. Throws if it leads out of `root`. */
async function insideOf(root: string, candidate: string, file: string): Promise<string | null> {
  const real = await realpath(candidate).catch((error: NodeJS.ErrnoException) => error);
  if (typeof real === "string") {
    if (isBelow(real, root)) return real;
    throw new FileFault(file, "is a link that leads out of the templates' folder");
  }
  if (real.code === "ELOOP") throw new FileFault(file, "is a link that goes in circles");
  if (real.code !== "ENOENT") throw real;
  // A link that leads nowhere is a mistake. A missing file is not.
  const isThere = await lstat(candidate).then(
    () => true,
    () => false,
  );
  if (isThere) throw new FileFault(file, "is a link that leads nowhere");
  return null;
}

async function readText(
  root: string,
  folder: string,
  { file, bytesMax }: { readonly file: string; readonly bytesMax: number },
): Promise<string | null> {
  const real = await insideOf(root, path.join(folder, file), file);
  if (real === null) return null;
  // Non-blocking: opening a named pipe would block a thread for ever.
  const handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new FileFault(file, "is not a regular file");
    if (stats.size > bytesMax) throw new FileFault(file, `has more than ${bytesMax / 1024} KiB`);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(bytesMax), 0, bytesMax, 0);
    return decode(file, buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FileFault(file, "is not UTF-8 text");
  }
}

/** The checked folder `files/`: nothing that is copied into workspaces may lead elsewhere on this machine. */
async function filesFolder(root: string, folder: string): Promise<string | null> {
  const files = await insideOf(root, path.join(folder, "files"), "files");
  if (files === null) return null;
  if (!(await lstat(files)).isDirectory()) throw new FileFault("files", "is not a folder");
  const count = { entries: 0, bytes: 0 };
  await checkFiles({ files, count }, files, 1);
  return files;
}

interface FilesWalk {
  readonly files: string;
  readonly count: { entries: number; bytes: number };
}

async function checkFiles(walk: FilesWalk, folder: string, deep: number): Promise<void> {
  if (deep > templateFoldersDeepMax)
    throw new FileFault("files", `has more than ${templateFoldersDeepMax} levels`);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    const shown = path.posix.join("files", path.relative(walk.files, full));
    if (++walk.count.entries > templateFilesMax) {
      throw new FileFault("files", `has more than ${templateFilesMax} entries`);
    }
    if (entry.isDirectory()) await checkFiles(walk, full, deep + 1);
    else if (entry.isSymbolicLink()) await insideOf(walk.files, full, shown);
    else if (entry.isFile()) await countFile(walk, full);
    else throw new FileFault(shown, "is neither a file, a folder nor a link");
  }
}

async function countFile(walk: FilesWalk, file: string): Promise<void> {
  walk.count.bytes += (await lstat(file)).size;
  if (walk.count.bytes <= templateFilesBytesMax) return;
  throw new FileFault("files", `has more than ${templateFilesBytesMax / 1024 / 1024} MiB`);
}
