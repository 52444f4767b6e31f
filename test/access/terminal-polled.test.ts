// Tests: a terminal without a live bus. API and worker look for what there is by themselves.
import { after, before, test } from "node:test";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { runningWorkspace, TerminalReader } from "../support/workspace/terminal-world.ts";

let everturn: Everturn;

before(async () => {
  everturn = await startEverturn({ liveBus: "off" });
});
after(() => everturn.stop());

test("W5 without a live bus what is typed and what is printed pass all the same, to all readers and to the end", async () => {
  const workspace = await runningWorkspace(everturn);
  const one = await TerminalReader.open(everturn, workspace);
  const two = new TerminalReader(everturn, { workspace_id: workspace, id: one.id });
  await one.type("echo one $((1 + 1))\r");
  for (const reader of [one, two]) await reader.until(/\rone 2\r\n/);
  await everturn.call("POST", `/v1/workspaces/${workspace}/terminals/${one.id}/resize`, {
    cols: 57,
    rows: 19,
  });
  await two.type("until [ \"$(stty size)\" = '19 57' ]; do sleep 0.1; done; echo two $((1 + 1))\r");
  for (const reader of [one, two]) await reader.until(/\rtwo 2\r\n/);
  await two.type("exit\r");
  for (const reader of [one, two]) await reader.end();
});
