// Chaos runs kill real processes. This file: how each kind of fault is done, and undone where it does not mend itself.
import { assertNever } from "../../core/assert-never.ts";
import type { ChaosReader } from "./chaos-reader.ts";
import type { FaultPlan } from "./plan.ts";
import type { Replica } from "./replica.ts";
import type { World } from "./world.ts";

/** Beyond the heartbeat timeout: whoever is frozen has been given up when it wakes. */
const FROZEN_PAST_TIMEOUT_MS = 1_000;

export interface FaultSurroundings {
  readonly world: World;
  readonly readers: ReadonlySet<ChaosReader>;
}

/** Resolves when what was ended is back. */
export async function doFault({ world, readers }: FaultSurroundings, fault: FaultPlan): Promise<void> {
  const { postgres, temporal } = world;
  const worker = world.workers[fault.replica] as Replica;
  const api = world.apis[fault.replica] as Replica;
  switch (fault.kind) {
    case "worker-kill":
      return worker.kill();
    case "worker-stop":
      return worker.stop();
    case "worker-freeze":
      return worker.freeze(world.heartbeatTimeoutMs + FROZEN_PAST_TIMEOUT_MS);
    case "worker-failpoint":
      return worker.kill(fault.failpoint);
    case "api-kill":
      return api.kill();
    case "api-stop":
      return api.stop();
    case "api-failpoint":
      return api.kill(fault.failpoint);
    case "postgres-crash":
      postgres.crash();
      return answering(() => world.pool.query("select 1"));
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
    default:
      return assertNever(fault.kind);
  }
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
