// Tests: records the history of each shape of a turn into test/histories/, for the replay test. Run it only when a shape is
// added: a changed history of an old shape is what the replay test exists to catch. `npm test -- --record-histories`
import { mkdir, stat, writeFile } from "node:fs/promises";
import proto from "@temporalio/proto";
import { playShape, SHAPES } from "./support/turn-shapes.ts";
import { openTemporal } from "./support/workflow-run.ts";

/** 64-bit numbers and bytes as text, enums by name. */
const READABLE = { longs: String, bytes: String, enums: String } as const;
const HISTORY = proto.temporal.api.history.v1.History;
const FOLDER = new URL("histories/", import.meta.url);

const temporal = await openTemporal();
await mkdir(FOLDER, { recursive: true });
for (const name of Object.keys(SHAPES)) {
  const file = new URL(`${name}.json`, FOLDER);
  const kept = await stat(file).catch(() => null);
  if (kept !== null) continue;
  const { run } = await playShape(temporal, name);
  const history = await run.handle.fetchHistory();
  await writeFile(file, `${JSON.stringify(HISTORY.toObject(HISTORY.create(history), READABLE), null, 1)}\n`);
  console.log(`recorded ${name}`);
}
await temporal.close();
