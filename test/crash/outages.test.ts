// Tests: what cannot be reached is waited out (SPEC X8). API and worker reach Postgres through a proxy of ours, in which the
// network fails while an answer is being written; the primary becomes read-only; the name server does not answer.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Chat } from "../../core/chat/message.ts";
import { createPool, type Pool } from "../../store/database.ts";
import { onlyAnswer, tokens, untilNoRun } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { type OwnPostgres, startOwnPostgres } from "../support/server/own-servers.ts";
import { TcpProxy } from "../support/server/tcp-proxy.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

const PARTS = 40;

let postgres: OwnPostgres;
let proxy: TcpProxy;
let everturn: Everturn;
/** Past the proxy. */
let direct: Pool;
let folder: string;

before(async () => {
  postgres = await startOwnPostgres();
  proxy = await TcpProxy.to(postgres.url);
  direct = createPool(postgres.url, 2);
  folder = mkdtempSync(join(tmpdir(), "everturn-outages-"));
  everturn = await startEverturn({
    databaseUrl: postgres.url,
    env: {
      // By name, so that the name server is asked for each connection.
      DATABASE_URL: proxy.through(postgres.url, "localhost"),
      // A silent socket is given up after four seconds.
      EVERTURN_DATABASE_TIMEOUT_MS: "2000",
      EVERTURN_TEST_DNS_SWITCH: join(folder, "away"),
      NODE_OPTIONS: `--import ${new URL("../support/server/failing-dns.mjs", import.meta.url).href}`,
    },
  });
});

after(async () => {
  await everturn.stop();
  proxy.close();
  await direct.end();
  await postgres.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Outage {
  readonly begin: () => Promise<unknown>;
  readonly end: () => Promise<unknown>;
}

function network(state: Parameters<TcpProxy["set"]>[0]): Outage {
  return { begin: () => proxy.set(state), end: () => proxy.set("pass") };
}

const dnsSwitch = () => join(folder, "away");

async function setReadOnly(on: boolean): Promise<void> {
  await direct.query(`alter system set default_transaction_read_only = ${on ? "on" : "off"}`);
  await direct.query("select pg_reload_conf()");
  await soon(`read-only is ${on}`, async () => {
    const { rows } = await direct.query("show default_transaction_read_only");
    return rows[0].default_transaction_read_only === (on ? "on" : "off");
  });
}

const OUTAGES: Readonly<Record<string, Outage>> = {
  "connections that are reset": network("cut"),
  "a server that refuses connections": network("refuse"),
  "a network that stalls": network("stall"),
  "sockets that fall silent for ever": network("blackhole"),
  "a name server that does not answer": {
    async begin() {
      writeFileSync(dnsSwitch(), "");
      await proxy.set("cut");
      await proxy.set("pass");
    },
    end: () => Promise.resolve(rmSync(dnsSwitch(), { force: true })),
  },
  "a primary that becomes read-only": {
    begin: () => setReadOnly(true),
    end: () => setReadOnly(false),
  },
};

/** Connections that the outage before this one has killed are found out by being used: until then calls are answered 503. */
function createChat(content: string): Promise<Chat> {
  return soon("the API creates a chat", async () => {
    const { status, body } = await everturn.answer("POST", "/v1/chats", { content });
    if (status !== 503) assert.equal(status, 201, JSON.stringify(body));
    return status === 201 && (body as Chat);
  });
}

/** Resolves when the worker has met an outage since then: its loops ask the database all the time, and say what they met. */
async function untilMet(since: number): Promise<void> {
  await soon("the worker has met the outage", () =>
    (everturn.workers[0]?.output() ?? "").split("\n").some((line) => {
      if (!line.includes("loop failed")) return false;
      return Date.parse(parsed(line).time) > since;
    }),
  );
}

/** Half a line at the beginning of what is kept counts for nothing. */
function parsed(line: string): { readonly time: string } {
  try {
    return JSON.parse(line);
  } catch {
    return { time: "" };
  }
}

for (const [what, outage] of Object.entries(OUTAGES)) {
  test(`X8 ${what} in mid-answer: the whole answer is kept, the turn ends well, the model is asked once`, async (context) => {
    context.after(() => outage.end());
    const key = what.replaceAll(" ", "-");
    const chat = await createChat(
      script({ parts: PARTS, rate: 400, hold_until: key, hold_after: PARTS / 2 }, key),
    );
    const reader = everturn.reader(chat.id);
    await reader.until("half the answer is shown", (_view, { writing }) => writing.includes(`t${PARTS / 2}`));
    await outage.begin();
    everturn.model.release(key);
    await everturn.model.waitFor({ key, event: "finished" });
    await untilMet(Date.now());
    const refused = await fetch(`${everturn.url}/v1/chats`, {
      method: "POST",
      headers: { authorization: `Bearer ${everturn.key}`, "content-type": "application/json" },
      body: JSON.stringify({ content: script({ text: "never" }) }),
    });
    const { code } = (await refused.json()) as { code: string };
    assert.equal(`${refused.status} ${code}`, "503 unavailable");
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    const { rows } = await direct.query("select status from chats where id = $1", [chat.id]);
    assert.equal(rows[0].status, "running");
    await outage.end();
    await reader.untilIdle();
    const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
    assert.equal(textOf(answer).trim(), tokens(PARTS));
    assert.equal(answer.interrupted, false);
    assert.equal(everturn.model.requests(key).length, 1);
    assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
  });
}

test("T4 X1 Postgres crashes as an answer ends: the answer waits for it, and the model is asked once", async () => {
  const chat = await createChat(
    script({ parts: 60, rate: 300, hold_until: "crash", hold_after: 30 }, "crash"),
  );
  const reader = everturn.reader(chat.id);
  await reader.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
  postgres.crash();
  everturn.model.release("crash");
  await reader.untilIdle();
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
  assert.equal(textOf(answer).trim(), tokens(60));
  assert.equal(answer.interrupted, false);
  assert.equal(everturn.model.requests("crash").length, 1);
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
  // And all goes on as before.
  const next = await createChat(script({ text: "after" }));
  const other = everturn.reader(next.id);
  await other.untilIdle();
  assert.equal(textOf(onlyAnswer(await assertSettled(everturn, next.id, [other]))), "after");
});
