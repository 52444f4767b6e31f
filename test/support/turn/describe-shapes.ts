// Tests: the shapes a description can take, each a script. One list for the control-flow tests and the kept histories.
import { randomUUID } from "node:crypto";
import type { WorkflowHandle } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import type { DescribeActivities, DescribeOutcome } from "../../../activities/contract.ts";
import {
  DESCRIBE,
  DESCRIBE_CHAT,
  type DescribeChatInput,
  type DescribeSignalInput,
  describeWorkflowId,
} from "../../../workflows/contract.ts";
import type { TestTemporal } from "./workflow-run.ts";

type Answer = DescribeOutcome | Error | (() => Promise<DescribeOutcome>);

export interface DescribeRun {
  readonly handle: WorkflowHandle;
  /** Names of the activities as they were called, with what they were called for. */
  readonly calls: readonly string[];
  signal(wish: DescribeSignalInput): Promise<void>;
}

export interface DescribeShape {
  readonly wish: DescribeSignalInput;
  readonly writeTitle?: Answer;
  readonly writeTurnSummary?: Answer;
  /** What happens from outside meanwhile. */
  readonly during?: (run: DescribeRun) => Promise<void>;
  readonly calls: readonly string[];
}

const written: DescribeOutcome = { type: "written" };
const both: DescribeSignalInput = { turn_id: 1, title_version: 0, summary: true };
const refused = ApplicationFailure.nonRetryable("auth (401)", "ModelError");

/** Three more wishes while the title is being written: of those for a summary only the newest counts. */
function wishedMeanwhile(): DescribeShape {
  const arrived = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  let isFirst = true;
  return {
    wish: { ...both, summary: false },
    writeTitle: async () => {
      if (isFirst) {
        isFirst = false;
        arrived.resolve();
        await opened.promise;
      }
      return written;
    },
    during: async (run) => {
      await arrived.promise;
      await run.signal({ turn_id: 2, title_version: null, summary: true });
      await run.signal({ turn_id: 3, title_version: null, summary: true });
      await run.signal({ turn_id: 3, title_version: 7, summary: false });
      opened.resolve();
    },
    calls: ["title:0", "title:7", "summary:3"],
  };
}

export const DESCRIBE_SHAPES: Readonly<Record<string, () => DescribeShape>> = {
  both: () => ({ wish: both, calls: ["title:0", "summary:1"] }),
  title: () => ({ wish: { ...both, title_version: 4, summary: false }, calls: ["title:4"] }),
  summary: () => ({ wish: { ...both, title_version: null }, calls: ["summary:1"] }),
  "title-failed": () => ({ wish: both, writeTitle: refused, calls: ["title:0", "summary:1"] }),
  "wished-meanwhile": wishedMeanwhile,
};

async function give(answer: Answer): Promise<DescribeOutcome> {
  if (answer instanceof Error) throw answer;
  return typeof answer === "function" ? answer() : answer;
}

function scripted(shape: DescribeShape, calls: string[]): DescribeActivities {
  return {
    writeTitle({ title_version }) {
      calls.push(`title:${title_version}`);
      return give(shape.writeTitle ?? written);
    },
    writeTurnSummary({ turn_id }) {
      calls.push(`summary:${turn_id}`);
      return give(shape.writeTurnSummary ?? written);
    },
  };
}

export async function playDescribeShape(
  temporal: TestTemporal,
  name: string,
): Promise<{ run: DescribeRun; shape: DescribeShape }> {
  const shape = DESCRIBE_SHAPES[name]?.();
  if (shape === undefined) throw new Error(`no shape named ${name}`);
  return { run: await runDescription(temporal, shape), shape };
}

/** Starts the workflow with its first wish, as the relay does, and hands the run to the shape. */
export async function runDescription(temporal: TestTemporal, shape: DescribeShape): Promise<DescribeRun> {
  const chat_id = randomUUID();
  const calls: string[] = [];
  const activities = scripted(shape, calls);
  const workers = await temporal.scripted(activities, ["phrases"]);
  workers.play(describeWorkflowId(chat_id), activities);
  const input: DescribeChatInput = { chat_id, owner_id: "owner", title: "" };
  const handle = await temporal.client.workflow.signalWithStart(DESCRIBE_CHAT, {
    workflowId: describeWorkflowId(chat_id),
    taskQueue: workers.taskQueue,
    args: [input],
    signal: DESCRIBE,
    signalArgs: [shape.wish],
    workflowTaskTimeout: "10 s",
  });
  const run: DescribeRun = { handle, calls, signal: (wish) => handle.signal(DESCRIBE, wish) };
  await shape.during?.(run);
  await handle.result();
  return run;
}
