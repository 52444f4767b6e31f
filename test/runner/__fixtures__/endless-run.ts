// A test that never ends, with all kinds of processes that a test can start: an API, a worker, an agent and its command.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startEverturn } from "../../support/everturn.ts";
import { counting, untilShown, workspaceChat } from "../../support/workspace/workspace-chats.ts";

void test("a command runs until the run is interrupted", async () => {
  const everturn = await startEverturn();
  const marker = process.env["EVERTURN_TEST_MARKER"] as string;
  const workspace = await workspaceChat(everturn, [counting(marker)], marker);
  await untilShown(workspace.reader, "line 1");
  writeFileSync(join(tmpdir(), "everything-runs"), "");
  await new Promise(() => setInterval(() => {}, 60_000));
});
