// Tests: a second build of Everturn, made from a copy of the sources whose contracts differ: a step outcome that this build does not
// know, renamed activities, and a workflow with one command more.
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** Folders that hold nothing of what runs. */
const LEFT_OUT = new Set(["node_modules", "test", "bench", "docs", "examples", "deploy"]);
const FILES = ["package.json", "package-lock.json"];

/** Another outcome of a step, wherever one is made or read. */
const RENAMED_IN = ["store/turn", "activities", "workflows"];
const RENAMED = /(?<=(?:type: |type [!=]== |case ))"next"/g;

interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const CHANGES: readonly Change[] = [
  // Renamed activities, one of them local.
  { file: "workflows/turn/run-tools.ts", from: "activities.runTool(", to: "activities.performTool(" },
  { file: "worker/create-activities.ts", from: "runTool: boundRetries", to: "performTool: boundRetries" },
  { file: "workflows/chat-turn.ts", from: "local.settleTools(", to: "local.settleCalls(" },
  { file: "activities/transitions.ts", from: "async settleTools(", to: "async settleCalls(" },
  // One command more before each call of the model.
  {
    file: "workflows/chat-turn.ts",
    from: "return activities.callModel(",
    to: "await condition(() => false, 1);\n  return activities.callModel(",
  },
];

export interface OtherBuild {
  /** Its command line. */
  readonly cli: string;
  remove(): Promise<void>;
}

/** @throws if the sources no longer have what is to be changed */
export async function makeOtherBuild(): Promise<OtherBuild> {
  const folder = await mkdtemp(join(tmpdir(), "everturn-build-"));
  for (const name of await sources())
    await cp(join(ROOT, name), join(folder, name), { recursive: true, filter: isSource });
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  for (const room of RENAMED_IN) await renameOutcome(join(folder, room));
  for (const { file, from, to } of CHANGES) {
    const before = await readFile(join(folder, file), "utf8");
    if (!before.includes(from))
      throw new Error(`${file} has no ${from}: tell this test what it is called now`);
    await writeFile(join(folder, file), before.replaceAll(from, to));
  }
  return {
    cli: join(folder, "cli/main.ts"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What an API and a worker are made of. */
async function sources(): Promise<readonly string[]> {
  const entries = await readdir(ROOT, { withFileTypes: true });
  const rooms = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  return [...rooms.map(({ name }) => name).filter((name) => !LEFT_OUT.has(name)), ...FILES];
}

function isSource(path: string): boolean {
  return !path.endsWith("/node_modules");
}

async function renameOutcome(room: string): Promise<void> {
  let renamed = 0;
  for (const name of await readdir(room, { recursive: true })) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
    const before = await readFile(join(room, name), "utf8");
    const after = before.replaceAll(RENAMED, '"onward"');
    if (after === before) continue;
    renamed++;
    await writeFile(join(room, name), after);
  }
  if (renamed === 0) throw new Error(`${room} has no outcome "next": tell this test what it is called now`);
}
