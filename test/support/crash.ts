// Tests: what crash tests wait for. Nothing sleeps: each wait ends when something that can be observed has happened.
import assert from "node:assert/strict";
import { WorkflowNotFoundError } from "@temporalio/client";
import { arrayFromPayloads, defaultPayloadConverter } from "@temporalio/common";
import type { Message } from "../../core/chat/message.ts";
import { chatWorkflowId } from "../../workflows/contract.ts";
import type { Everturn } from "./everturn.ts";
import type { RunningRole } from "./roles/running-role.ts";
import { soon } from "./soon.ts";

/** Resolves when Temporal holds a checkpoint of the chat's answer that reaches the part `seq`. */
export async function untilCheckpointed(everturn: Everturn, chatId: string, seq: number): Promise<void> {
  const handle = everturn.temporal.workflow.getHandle(chatWorkflowId(chatId));
  await soon(`a checkpoint of part ${seq}`, async () => {
    const description = await handle.describe().catch((error: unknown) => {
      // A chat is created before its run is started.
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    });
    const checkpoints = (description?.raw.pendingActivities ?? []).flatMap(
      ({ heartbeatDetails }): { seq?: number }[] =>
        arrayFromPayloads(defaultPayloadConverter, heartbeatDetails?.payloads) as { seq?: number }[],
    );
    return checkpoints.some((checkpoint) => (checkpoint?.seq ?? 0) >= seq);
  });
}

/** Resolves with the status of the chat's newest run once no run of it is open. */
export async function untilNoRun(everturn: Everturn, chatId: string): Promise<string> {
  const handle = everturn.temporal.workflow.getHandle(chatWorkflowId(chatId));
  return soon("the run has ended", async () => {
    const { status } = await handle.describe();
    return status.name !== "RUNNING" && status.name !== "CONTINUED_AS_NEW" && status.name;
  });
}

/**
 * The only worker. The one that was started last and still lives, or a fresh one: a start costs more than most tests, so each
 * test leaves its last worker to the next one.
 */
export async function onlyWorker(everturn: Everturn): Promise<RunningRole> {
  const living = everturn.workers.splice(0).filter((worker) => worker.isAlive());
  const last = living.pop();
  await Promise.all(living.map((worker) => worker.kill()));
  if (last === undefined) return everturn.startWorker();
  everturn.workers.push(last);
  return last;
}

/** The only worker, which dies at this point. Fail points do not know chats, so the runs of earlier tests end first. */
export async function doomedWorker(everturn: Everturn, point: string): Promise<RunningRole> {
  const worker = await onlyWorker(everturn);
  const { rows } = await everturn.pool.query<{ id: string }>("select id from chats");
  for (const { id } of rows) await untilNoRun(everturn, id);
  worker.doom(point);
  return worker;
}

/** Ends all workers. */
export async function killWorkers(everturn: Everturn): Promise<void> {
  await Promise.all(everturn.workers.splice(0).map((worker) => worker.kill()));
}

/** Resolves when a fail point has ended the process; rejects after a minute. */
export async function untilDead(process: RunningRole): Promise<void> {
  let dead = false;
  void process.ended.then(() => {
    dead = true;
  });
  await soon("the fail point is reached", () => dead);
}

/** Ends the backends of this everturn's database whose application is named so (a LIKE pattern). */
export async function cutConnections(everturn: Everturn, application: string): Promise<number> {
  const { rowCount } = await everturn.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name like $1 and pid <> pg_backend_pid()`,
    [application],
  );
  return rowCount ?? 0;
}

/** What the scripted model writes for `{parts: n}`. */
export function tokens(n: number): string {
  return Array.from({ length: n }, (_, i) => `t${i + 1}`).join(" ");
}

/** The one answer to the one message of a chat. */
export function onlyAnswer(stored: readonly Message[]): Message {
  assert.deepEqual(
    stored.map(({ role }) => role),
    ["user", "assistant"],
  );
  return stored[1] as Message;
}
