// Tests: Postgres restarts under all workers, or only their sessions are cut: nobody is taken for dead for that (SPEC O10).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cutConnections } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { type OwnPostgres, startOwnPostgres } from "../support/server/own-servers.ts";
import { soon } from "../support/soon.ts";
import { assertAnswered, heldChats, releaseAll } from "../support/turn/held-chats.ts";

let postgres: OwnPostgres;
let everturn: Everturn;
before(async () => {
  postgres = await startOwnPostgres();
  everturn = await startEverturn({
    env: { EVERTURN_HEARTBEAT_TIMEOUT_MS: "600000" },
    databaseUrl: postgres.url,
    workers: 2,
  });
});
after(async () => {
  await everturn.stop();
  await postgres.close();
});

/** Workers whose sessions hold their locks. */
async function sessions(): Promise<number> {
  const { rows } = await everturn.pool.query<{ count: number }>(
    `select count(*) from pg_stat_activity where datname = current_database() and application_name like 'everturn presence%'`,
  );
  return rows[0]?.count ?? 0;
}

async function startTime(): Promise<string | null> {
  // While Postgres is away, there is none.
  const found = everturn.pool.query<{ at: string }>("select pg_postmaster_start_time() as at");
  return found.then(
    ({ rows }) => rows[0]?.at ?? null,
    () => null,
  );
}

test("O10 X8 Postgres restarted under two workers: all sessions fall at once, and nobody is declared dead", async () => {
  const chats = await heldChats(everturn, "restart", 4);
  const before = await startTime();
  postgres.crash();
  await soon("Postgres has restarted", async () => {
    const now = await startTime();
    return now !== null && now !== before;
  });
  await soon("both workers are back", async () => (await sessions().catch(() => 0)) === 2);
  const { rows } = await everturn.pool.query("select from workers where gone_at is not null");
  assert.equal(rows.length, 0);
  releaseAll(everturn, chats);
  await assertAnswered(everturn, chats, 1);
});

test("O10 a session that is cut while its worker lives is opened again, and the worker's death noticed later", async () => {
  const [held] = await heldChats(everturn, "session", 1);
  assert.ok(held !== undefined);
  assert.equal(await cutConnections(everturn, "everturn presence%"), 2);
  await soon("both workers are back", async () => (await sessions()) === 2);
  const { rows } = await everturn.pool.query<{ identity: string }>(
    "select identity from workers w join chats c on c.attempt_worker_id = w.id where c.id = $1",
    [held.chat.id],
  );
  const holder = everturn.workers.find(({ pid }) => rows[0]?.identity.startsWith(`${pid}@`));
  assert.ok(holder !== undefined);
  await holder.kill();
  await everturn.model.waitFor({ key: held.key, event: "held", call: 2 });
  releaseAll(everturn, [held]);
  // The cut may have looked like a death on a machine that is too busy to open a session within 300 ms.
  await assertAnswered(everturn, [held], 3);
});
