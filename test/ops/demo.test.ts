// Tests: the demo as a person runs it, a process of its own on a stack of its own, with a worker killed on the way.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { SCENES } from "../../cli/demo/scenes.ts";

const CLI = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "everturn-demo-test-"));
// Open to the user that Postgres runs as when the tests run as root.
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

test("the demo plays every scene, finds stored equal to streamed, and leaves nothing behind", async () => {
  const { PATH, HOME, TEMPORAL_CLI_PATH } = process.env;
  const child = spawn(process.execPath, [CLI, "demo"], {
    // No addresses and no keys of the caller's: everything embedded, the demo model, and no stack that runs here.
    env: {
      PATH,
      HOME,
      ...(TEMPORAL_CLI_PATH !== undefined && { TEMPORAL_CLI_PATH }),
      TMPDIR: folder,
      EVERTURN_DATA_DIR: join(folder, "none"),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  }
  const [code] = (await once(child, "close")) as [number | null];
  assert.equal(code, 0, output);
  for (const { title } of SCENES) assert.ok(output.includes(title), output);
  assert.match(output, /kill -9 \d+[^]*the turn went on by itself/);
  assert.equal(output.match(/kill -9 \d+/g)?.length, 6, output);
  assert.match(output, /Asks +may I call [^]*kill -9 \d+[^]*You +approved[^]*is booked/);
  assert.equal(output.match(/stored = streamed/g)?.length, SCENES.length, output);
  assert.ok(!output.includes("\u001b"), "plain text, since it goes to no terminal");
  const left = readdirSync(folder).filter((name) => name.startsWith("everturn-demo-"));
  assert.deepEqual(left, []);
});
