// Tests: what operators see of turns in Temporal: the list and its saved queries, failed runs, names of calls; and that what it is
// told stays small, whatever a model writes.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Client, WorkflowFailedError } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import { msToTs } from "@temporalio/common/lib/time.js";
import type { Logger } from "pino";
import { createOutcomeAttribute } from "../../delivery/outcome-attribute.ts";
import { chatWorkflowId, DRAINED } from "../../workflows/contract.ts";
import { untilNoRun } from "../support/crash.ts";
import { type Everturn, type Json, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { script, storedMessages, textOf } from "../support/turn/settled.ts";

const DOC = readFileSync(new URL("../../docs/temporal-web-ui.md", import.meta.url), "utf8");
/** Five characters of Temporal's summaries each: their limit is in bytes. */
const LONG_TITLE = "長い題名。".repeat(30);

const folder = mkdtempSync(join(tmpdir(), "everturn-view-"));
let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({
    env: {
      EVERTURN_TEMPORAL_DETAIL: "full",
      EVERTURN_PUBLIC_URL: "https://chat.example.com",
      EVERTURN_PROJECT_ROOTS: tmpdir(),
      EVERTURN_ALLOW_PRIVATE_PROVIDERS: "1",
    },
  });
  // The first starts of a process do not wait long for the answer whether Temporal knows the attributes.
  await soon("runs begin with their attributes", async () => {
    const { id } = await everturn.createChat(script({ text: "first" }));
    await endOf(id);
    const { searchAttributes } = await everturn.temporal.workflow.getHandle(chatWorkflowId(id)).describe();
    return searchAttributes["EverturnTitle"] !== undefined;
  });
});
after(async () => {
  await everturn.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The status of the run, once the chat rests: where the API was too slow to begin it, the relay does. */
async function endOf(chatId: string): Promise<string> {
  await everturn.reader(chatId).untilIdle();
  return untilNoRun(everturn, chatId);
}

async function listed(query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of everturn.temporal.workflow.list({ query })) ids.push(workflowId);
  return ids;
}

/** Summaries of the run's activities and timers. */
async function summariesOf(workflowId: string): Promise<string[]> {
  const { events } = await everturn.temporal.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ userMetadata }) => {
    const data = userMetadata?.summary?.data;
    return data == null ? [] : [String(JSON.parse(Buffer.from(data).toString()))];
  });
}

test("X4 I1 the saved queries of docs/temporal-web-ui.md find failed, interrupted and running turns, by user and model", async () => {
  const refused = { http_error: { status: 401, message: "bad key" } };
  const [failed, running, plain] = await Promise.all([
    everturn.createChat(script(refused, "view-failed"), { title: LONG_TITLE }),
    everturn.createChat(script({ parts: 10, hold_until: "never", hold_after: 5 }, "view-running")),
    everturn.createChat(script({ text: "Well." }, "view-plain")),
  ]);
  const stopped = await everturn.createChat(
    script({ parts: 10, hold_until: "never", hold_after: 5 }, "view-stopped"),
  );
  await everturn.reader(stopped.id).until("it writes", (_view, { writing }) => writing.length > 0);
  await everturn.call("POST", `/v1/chats/${stopped.id}/interrupt`);
  assert.equal(await endOf(failed.id), "FAILED");
  assert.equal(await endOf(stopped.id), "COMPLETED");
  assert.equal(await endOf(plain.id), "COMPLETED");

  const handle = everturn.temporal.workflow.getHandle(chatWorkflowId(failed.id));
  const error = await handle.result().then(
    () => null,
    (thrown: unknown) => (thrown instanceof WorkflowFailedError ? thrown.cause : null),
  );
  assert.ok(error instanceof ApplicationFailure);
  const told = await everturn.call<Json>("GET", `/v1/chats/${failed.id}`);
  assert.deepEqual([error.type, error.message], ["auth", told.last_error.message]);
  const result = await everturn.temporal.workflow.getHandle(chatWorkflowId(plain.id)).result();
  assert.deepEqual(
    { ...(result as object), tokens: 0 },
    { status: "waiting", why: "stop", steps: 1, tokens: 0 },
  );
  assert.ok((result as { tokens: number }).tokens > 0);

  const { searchAttributes } = await handle.describe();
  const [owner] = searchAttributes["EverturnOwner"] as string[];
  const [model] = searchAttributes["EverturnModel"] as string[];
  assert.ok(LONG_TITLE.startsWith(String(searchAttributes["EverturnTitle"]?.[0])));
  const queries = [...DOC.matchAll(/```sql\n(.+?)\n```/gs)].map(([, query]) =>
    (query ?? "").replace("OWNER", owner ?? "").replace("MODEL", model ?? ""),
  );
  const found = [failed, stopped, running, failed, plain].map(({ id }) => chatWorkflowId(id));
  assert.equal(queries.length, found.length);
  for (const [at, query] of queries.entries()) {
    await soon(`${found[at]} is found by ${query}`, async () =>
      (await listed(query)).includes(found[at] as string),
    );
  }
  assert.ok(
    !(await listed(queries[0] as string)).includes(found[4] as string),
    "a plain turn is no failed one",
  );
});

/** What User Metadata shows of the run, once it says this. */
async function detailsOf(chatId: string, what: RegExp): Promise<string> {
  const handle = everturn.temporal.workflow.getHandle(chatWorkflowId(chatId));
  return soon(`the details of ${chatId} say ${what}`, async () => {
    const { currentDetails = "" } = await handle.query<{ currentDetails?: string }>(
      "__temporal_workflow_metadata",
    );
    return what.test(currentDetails) && currentDetails;
  });
}

test("O9 the details of a run say at a glance what it does, for whom or what it waits, since when, and where its chat is", async () => {
  const held = { parts: 10, hold_until: "never", hold_after: 5 };
  const refused = { text: "x", http_error: { status: 429, retry_after: 60 } };
  const asking = [{ tool_calls: [{ name: "list_dir", args: { path: "." } }] }, { text: "Seen." }];
  const [running, waiting, retrying] = await Promise.all([
    everturn.createChat(script(held, "glance-running"), { title: "One [title](x)" }),
    everturn.createChat(script(asking, "glance-waiting"), {
      project_path: folder,
      approval_policy: { list_dir: "ask" },
    }),
    everturn.createChat(script(refused, "glance-retrying")),
  ]);
  const since = "since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC";
  const place = (id: string) => `\\n\\nstep \\d · .+ · \\[.+\\]\\(https://chat.example.com/chats/${id}\\)$`;
  for (const [{ id }, words] of [
    [running, "\\*\\*Running\\*\\* · asking the model"],
    [waiting, "\\*\\*Waiting for a person\\*\\* · approval of list\\\\_dir: \\."],
    [retrying, "\\*\\*Retrying\\*\\* · retry 1 of 25 at \\d\\d:\\d\\d:\\d\\d UTC: rate limit \\(429\\)"],
  ] as const) {
    await detailsOf(id, new RegExp(`^${words} · ${since}${place(id)}`, "m"));
  }
  const shown = await detailsOf(running.id, /Running/);
  assert.ok(shown.includes(" · [One \\[title\\](x)](https://"), `a title makes no link of its own: ${shown}`);
  const handle = everturn.temporal.workflow.getHandle(chatWorkflowId(running.id));
  await handle.signal(DRAINED);
  await detailsOf(running.id, /step 1 · .+ · hands over to another build after this step · \[/);
  await everturn.call("POST", `/v1/chats/${running.id}/interrupt`);
  assert.equal(await endOf(running.id), "COMPLETED");
  await detailsOf(running.id, new RegExp(`^\\*\\*Interrupted\\*\\* · ${since}`, "m"));
  const { staticDetails } = await handle.describe();
  assert.equal(await staticDetails(), `[open the chat](https://chat.example.com/chats/${running.id})`);
});

test("O9 a tool call shows its path, and a name that a model made up is cut to what Temporal takes", async () => {
  const odd = "名".repeat(400);
  const steps = [
    {
      tool_calls: [
        { name: "list_dir", args: { path: "." } },
        { name: odd, args: {} },
      ],
    },
    { text: "Seen." },
  ];
  const chat = await everturn.createChat(script(steps, "view-tools"), { project_path: folder });
  assert.equal(await endOf(chat.id), "COMPLETED");
  const summaries = await summariesOf(chatWorkflowId(chat.id));
  assert.ok(summaries.includes("list_dir: ."), summaries.join(" | "));
  assert.equal(textOf((await storedMessages(everturn, chat.id)).at(-1) as never), "Seen.");
});

test("X5 a namespace that does not know the search attributes is found out before a run is begun with them", async () => {
  const namespace = `bare-${randomUUID()}`;
  const { workflowService, connection } = everturn.temporal;
  await workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs("1 day"),
  });
  const warnings: unknown[] = [];
  const warn = (about: unknown) => warnings.push(about);
  const knowsOutcome = createOutcomeAttribute({ warn } as unknown as Logger);
  const bare = new Client({ connection, namespace });
  // A new namespace takes some seconds to be known to the server: that is no answer, and asked again.
  await soon("the server says that it lacks them", async () => {
    assert.equal(await knowsOutcome(bare), false);
    return warnings.length > 0;
  });
  assert.match(String((warnings[0] as { err: Error }).err.cause), /EverturnOutcome/);
  assert.equal(await createOutcomeAttribute({ warn } as unknown as Logger)(everturn.temporal), true);
});

/** 64 calls with 70 KB of arguments each, past the 4 MB that one answer to Temporal may have; then a plain answer. */
async function startRichModel() {
  const chunk = (delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const call = (index: number) => ({
    index,
    id: `call_${index}`,
    type: "function",
    function: { name: "list_templates", arguments: JSON.stringify({ query: "Q".repeat(70_000) }) },
  });
  const server = createServer((request, response) => {
    const body: Buffer[] = [];
    request.on("data", (data: Buffer) => body.push(data));
    request.on("end", () => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      if (Buffer.concat(body).includes('"role":"tool"')) {
        response.write(chunk({ role: "assistant", content: "All done." }));
        response.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
        return;
      }
      for (let i = 0; i < 64; i++) response.write(chunk({ role: "assistant", tool_calls: [call(i)] }));
      response.end(`${chunk({}, "tool_calls")}data: [DONE]\n\n`);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () => server.close(),
  };
}

test("L6 sixty-four calls with more than four megabytes of arguments run: Temporal is told ids, not arguments", async () => {
  const model = await startRichModel();
  try {
    const provider = {
      kind: "openai",
      name: "rich",
      api: "chat_completions",
      base_url: model.url,
      api_key: "k",
    };
    const made = await everturn.call<Json>("POST", "/v1/model-providers", provider);
    const config = await everturn.call<Json>("POST", "/v1/model-configs", {
      name: "rich",
      provider_id: made.id,
      model: "rich",
    });
    const chat = await everturn.createChat("Search everything.", { model_config_id: config.id });
    assert.equal(await endOf(chat.id), "COMPLETED");
    const stored = await storedMessages(everturn, chat.id);
    assert.equal(textOf(stored.at(-1) as never), "All done.");
    assert.equal(stored.at(-2)?.content.filter((part) => part.type === "tool-result").length, 64);
    const { events } = await everturn.temporal.workflow.getHandle(chatWorkflowId(chat.id)).fetchHistory();
    assert.ok((events ?? []).every((event) => event.workflowTaskFailedEventAttributes == null));
    const inputs = (events ?? []).flatMap((event) => {
      const started = event.activityTaskScheduledEventAttributes;
      return started?.activityType?.name === "runTool" ? (started.input?.payloads ?? []) : [];
    });
    assert.equal(inputs.length, 64);
    for (const { data } of inputs) {
      const names = Object.keys(JSON.parse(Buffer.from(data as Uint8Array).toString()));
      assert.deepEqual(names.toSorted(), ["chat_id", "tool_call_id", "tool_name", "turn_id"]);
    }
  } finally {
    model.close();
  }
});
