// How each kind of fault is done, and undone where it does not mend itself.
import { setTimeout as sleep } from "node:timers/promises";
import { assertNever } from "../../../core/assert-never.ts";
import type { NetworkState } from "../../support/server/tcp-proxy.ts";
import type { ChaosReader } from "../chaos-reader.ts";
import { killAgents } from "../processes.ts";
import type { Replica } from "../replica.ts";
import type { World } from "../world.ts";
import type { FaultPlan } from "./plan.ts";

/** Beyond the heartbeat timeout: whoever is frozen has been given up when it wakes. */
const FROZEN_PAST_TIMEOUT_MS = 1_000;
/** Some commits and many reads fall into it. */
const SHORT_OUTAGE_MS = 2_000;

export interface FaultSurroundings {
  readonly world: World;
  readonly readers: ReadonlySet<ChaosReader>;
}

/** Resolves when what was ended is back. */
export async function doFault({ world, readers }: FaultSurroundings, fault: FaultPlan): Promise<void> {
  const { postgres, temporal } = world;
  if (fault.kind !== "readers-cut") world.killed.anything = true;
  const worker = world.workers[fault.replica] as Replica;
  const api = world.apis[fault.replica] as Replica;
  switch (fault.kind) {
    case "worker-kill":
      return worker.kill();
    case "worker-stop":
      return worker.stop();
    case "worker-deploy":
      // Each is a build that was never there.
      return worker.deploy(`after-${fault.after_messages}`);
    case "worker-freeze":
      return worker.freeze(world.heartbeatTimeoutMs + FROZEN_PAST_TIMEOUT_MS);
    case "worker-failpoint":
      return worker.doom(fault.failpoint ?? "");
    case "api-kill":
      return api.kill();
    case "api-stop":
      return api.stop();
    case "api-failpoint":
      return api.doom(fault.failpoint ?? "");
    case "postgres-crash":
      postgres.crash();
      return answering(() => world.pool.query("select 1"));
    case "postgres-read-only":
      await setReadOnly(world, true);
      await sleep(SHORT_OUTAGE_MS);
      return setReadOnly(world, false);
    case "network-stall":
      return duringNetwork(world, "stall");
    case "network-blackhole":
      return duringNetwork(world, "blackhole");
    case "temporal-restart":
      await temporal.stop();
      return temporal.start();
    case "temporal-kill":
      temporal.kill();
      return answering(() => world.client.workflowService.describeNamespace({ namespace: "default" }));
    case "bus-cut":
      return cutConnections(world, "everturn-listen");
    case "connections-cut":
      return cutConnections(world, "everturn%");
    case "readers-cut":
      for (const reader of readers) reader.cut();
      return;
    case "mcp-kill":
      if (fault.replica === 0) return world.mcp.killWeb();
      return world.mcp.killPrograms();
    case "agent-kill":
      world.killed.agents = true;
      return killAgents(world.workspacesFolder);
    default:
      return assertNever(fault.kind);
  }
}

/** All sessions, those that are open too: their next transaction may not write. */
async function setReadOnly({ pool }: World, on: boolean): Promise<void> {
  await answering(() => pool.query(`alter system set default_transaction_read_only = ${on ? "on" : "off"}`));
  await answering(() => pool.query("select pg_reload_conf()"));
}

/** Between every replica and Postgres. Connections of a black hole stay lost; that they are is found out by using them. */
async function duringNetwork({ network }: World, state: NetworkState): Promise<void> {
  await network.set(state);
  await sleep(SHORT_OUTAGE_MS);
  await network.set("pass");
}

/** Ends the backends of applications named so (a LIKE pattern), ours among them. */
async function cutConnections({ pool }: World, application: string): Promise<void> {
  await answering(() =>
    pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name like $1 and pid <> pg_backend_pid()`,
      [application],
    ),
  );
}

/** A server that was killed is started again by what watches it; here we wait until it answers. */
async function answering(ask: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 1_200; tries++) {
    try {
      await ask();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error("a server that was ended has not come back within two minutes");
}
