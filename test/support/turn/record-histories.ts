// Tests: records the history of each shape of a turn, a workspace and a description into test/histories/, for the replay tests. Run it only when a shape is
// added: a changed history of an old shape is what the replay test exists to catch. `npm test -- test/support/turn/record-histories.ts`
import { mkdir, stat, writeFile } from "node:fs/promises";
import type { WorkflowHandle } from "@temporalio/client";
import proto from "@temporalio/proto";
import { FILE_CALL_SHAPES, playFileCallShape } from "../workspace/file-call-shapes.ts";
import { playTerminalShape, TERMINAL_SHAPES } from "../workspace/terminal-shapes.ts";
import { playWorkspaceShape, WORKSPACE_SHAPES } from "../workspace/workspace-shapes.ts";
import { DESCRIBE_SHAPES, playDescribeShape } from "./describe-shapes.ts";
import { playShape, SHAPES } from "./turn-shapes.ts";
import { openTemporal } from "./workflow-run.ts";

/** 64-bit numbers and bytes as text, enums by name. */
const READABLE = { longs: String, bytes: String, enums: String } as const;
const HISTORY = proto.temporal.api.history.v1.History;
const FOLDER = new URL("../../histories/", import.meta.url);
const WORKSPACES = new URL("workspaces/", FOLDER);
const FILE_CALLS = new URL("workspace-files/", FOLDER);
const TERMINALS = new URL("terminals/", FOLDER);
const DESCRIPTIONS = new URL("descriptions/", FOLDER);

const temporal = await openTemporal();
for (const name of Object.keys(SHAPES)) await keep(FOLDER, name, () => playShape(temporal, name));
for (const name of Object.keys(WORKSPACE_SHAPES)) {
  await keep(WORKSPACES, name, () => playWorkspaceShape(temporal, name));
}
for (const name of Object.keys(FILE_CALL_SHAPES)) {
  await keep(FILE_CALLS, name, () => playFileCallShape(temporal, name));
}
for (const name of Object.keys(TERMINAL_SHAPES)) {
  await keep(TERMINALS, name, () => playTerminalShape(temporal, name));
}
for (const name of Object.keys(DESCRIBE_SHAPES)) {
  await keep(DESCRIPTIONS, name, () => playDescribeShape(temporal, name));
}
await temporal.close();

/** Plays a shape and keeps its history, unless that was done before. */
async function keep(
  folder: URL,
  name: string,
  play: () => Promise<{ run: { handle: WorkflowHandle } }>,
): Promise<void> {
  const file = new URL(`${name}.json`, folder);
  await mkdir(folder, { recursive: true });
  const kept = await stat(file).catch(() => null);
  if (kept !== null) return;
  const { run } = await play();
  const history = await run.handle.fetchHistory();
  const plain = HISTORY.toObject(HISTORY.create(history), READABLE);
  await writeFile(file, `${JSON.stringify(plain, withoutPaths, 1)}\n`);
  console.log(`recorded ${name}`);
}

/** Stack traces name folders of the machine they were recorded on, and nothing replays them. */
function withoutPaths(key: string, value: unknown): unknown {
  return key === "stackTrace" ? "" : value;
}
