// Tests: what waits for something else has slots of its own, so that nothing stands still behind it.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Message } from "../../core/chat/message.ts";
import { describeWorkflowId } from "../../workflows/contract.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { script, storedMessages, textOf } from "../support/turn/settled.ts";

const SLOTS = 4;
const CHATS = 12;
const folder = mkdtempSync(join(tmpdir(), "everturn-slots-"));

let everturn: Everturn;
before(async () => {
  mkdirSync(join(folder, "holds"));
  writeFileSync(
    join(folder, "holds/template.yaml"),
    "title: Holds\ndescription: Its build waits for a file.\nimage: none\nbuild: ['while [ ! -e go ]; do sleep 0.2; done']\n",
  );
  const slots = ["WORKER", "TOOL", "WAIT", "BUILD", "PHRASE"].map((name) => [
    `EVERTURN_${name}_SLOTS`,
    `${SLOTS}`,
  ]);
  everturn = await startEverturn({
    env: {
      ...Object.fromEntries(slots),
      EVERTURN_TEMPLATES_DIR: folder,
      EVERTURN_PROJECT_ROOTS: tmpdir(),
      EVERTURN_TITLES: "model",
    },
  });
});
after(async () => {
  await everturn.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function count(query: string): Promise<number> {
  const { rows } = await everturn.pool.query<{ n: number }>(`select count(*)::int as n from ${query}`);
  return rows[0]?.n ?? 0;
}

test("O7 chats that wait for their workspaces, and the builds they wait for, stop neither turns nor tools nor titles", async () => {
  const create = [
    { tool_calls: [{ name: "create_workspace", args: { template: "holds" } }] },
    { text: "Made." },
  ];
  const waiting = Array.from({ length: CHATS }, (_, i) => everturn.createChat(script(create, `waits-${i}`)));
  const [first] = await Promise.all(waiting);
  await soon("every slot for waits is taken", async () => (await count("tool_executions")) === SLOTS);
  await soon("every slot for builds is taken", async () => {
    return (await count("workspaces where status = 'building' and driver = 'local'")) === SLOTS;
  });
  const steps = [{ tool_calls: [{ name: "list_dir", args: { path: "." } }] }, { text: "Answered." }];
  const chat = await everturn.createChat(script(steps, "plain"), { project_path: folder });
  await everturn.reader(chat.id).untilIdle();
  assert.equal(textOf((await storedMessages(everturn, chat.id)).at(-1) as Message), "Answered.");
  await soon("its title is written", async () => {
    const handle = everturn.temporal.workflow.getHandle(describeWorkflowId(chat.id));
    return handle.describe().then(
      ({ status }) => status.name === "COMPLETED",
      () => false,
    );
  });
  assert.equal(await count("tool_executions"), SLOTS, "those that wait wait still");
  assert.equal((await everturn.call<{ status: string }>("GET", `/v1/chats/${first?.id}`)).status, "running");
});
