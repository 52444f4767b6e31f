// Tests: random commands of three clients at once, over HTTP, in all states of a chat, while a worker goes on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import "../../support/fixed-seed.ts";
import { startTestApi, type TestApi } from "../../support/api.ts";
import { aChat, type TestStore } from "../../support/turn/chats.ts";
import { type Command, CommandStorm, type Work } from "./command-storm.ts";

let api: TestApi;
let store: TestStore;
before(async () => {
  api = await startTestApi();
  const { rows } = await api.pool.query<{ id: string }>("select id from model_configs");
  store = {
    pool: api.pool,
    announced: [],
    userId: api.ownerId,
    modelId: rows[0]?.id ?? "",
    announce: () => undefined,
    queuedMessagesMax: 20,
    workspacesPerUserMax: 10,
  };
});
after(() => api.stop());

const at = fc.nat({ max: 20 });
const simple = ["interrupt", "regenerate", "compact", "clear", "fork", "archive", "rename"] as const;
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant("send"), busy: fc.constantFrom("queue", "interrupt", "steer") }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom("promote", "delete", "rewrite"), at }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("edit"), at }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("move"), at, to: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom(...simple) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("results"), whole: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("approve"), approved: fc.boolean() }) },
);
const work: fc.Arbitrary<Work> = fc.constantFrom("text", "tools", "asks", "asks", "fail", "nothing");
const round = fc.record({ commands: fc.array(command, { minLength: 1, maxLength: 3 }), work });
/** Leads through all states, so that no draw has to. */
const EVERY_STATE: { commands: Command[]; work: Work }[] = [
  { work: "nothing", commands: [{ type: "interrupt" }] },
  { work: "nothing", commands: [{ type: "send", busy: "queue" }] },
  { work: "text", commands: [{ type: "send", busy: "queue" }] },
  { work: "asks", commands: [{ type: "results", whole: true }, { type: "rename" }] },
  { work: "nothing", commands: [{ type: "approve", approved: false }] },
  { work: "nothing", commands: [{ type: "interrupt" }] },
  { work: "text", commands: [{ type: "send", busy: "queue" }] },
  { work: "asks", commands: [{ type: "interrupt" }] },
  { work: "fail", commands: [{ type: "clear" }] },
];

test("S3 D2 Q6 whatever three clients do at once in whatever state, no message is lost or doubled, each call has one result, and one turn is open", async () => {
  const reached = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 4, maxLength: 10 }), async (rounds) => {
      const chat = await aChat(store, "first");
      const storm = new CommandStorm(api, chat, "first");
      const note = async () => {
        const { status, queue_length } = await chat.row();
        reached.add(`${status}${queue_length > 0 ? "+q" : ""}`);
      };
      for (const { commands, work: how } of rounds) {
        await storm.work(how);
        await note();
        await storm.command(commands);
        await note();
      }
      await storm.finish();
      assert.deepEqual(storm.faults, []);
    }),
    // Each request takes some milliseconds: failures are not shrunk.
    { numRuns: 12, endOnFailure: true, examples: [[EVERY_STATE]] },
  );
  const states = ["waiting", "running", "running+q", "interrupting", "interrupting+q", "requires_action"];
  for (const state of [...states, "requires_action+q", "error"])
    assert.ok(reached.has(state), `reached ${state}`);
});
