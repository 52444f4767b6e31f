// Tests: a second build of Everturn, made from a copy of the sources whose contracts differ: a step outcome that this build does not
// know, renamed activities, and a workflow with one command more.
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** What an API and a worker are made of. */
const SOURCES = [
  "activities",
  "api",
  "cli",
  "core",
  "delivery",
  "dev",
  "models",
  "platform",
  "store",
  "templates",
  "tools",
  "worker",
  "workflows",
  "workspaces",
  "package.json",
  "package-lock.json",
];

interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const CHANGES: readonly Change[] = [
  // Another outcome of a step.
  ...[
    "store/turn/begin-attempt.ts",
    "store/turn/standing.ts",
    "store/turn/settle.ts",
    "store/turn/record-retry.ts",
    "workflows/chat-turn.ts",
  ].map((file) => ({ file, from: 'type: "next"', to: 'type: "onward"' })),
  { file: "workflows/chat-turn.ts", from: 'case "next":', to: 'case "onward":' },
  { file: "workflows/turn/turn-end.ts", from: 'outcome.type === "next"', to: 'outcome.type === "onward"' },
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
  const filter = (source: string) => !source.endsWith("/node_modules");
  for (const name of SOURCES) await cp(join(ROOT, name), join(folder, name), { recursive: true, filter });
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
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
