// A turn as Temporal's guide to Workflow Streams builds it: the workflow hosts the stream, and an activity publishes to
// it. Deterministic.
import { proxyActivities, sleep } from "@temporalio/workflow";
import { WorkflowStream } from "@temporalio/workflow-streams/workflow";
import type { streamAnswer } from "./activity.ts";
import type { AnswerInput } from "./answer-input.ts";

/** Readers fetch the last items from the workflow itself, so it lives a little longer than its answer. */
const lingerMs = 5_000;

const activities = proxyActivities<{ streamAnswer: typeof streamAnswer }>({
  startToCloseTimeout: "5 minutes",
  heartbeatTimeout: "10 seconds",
  retry: { maximumAttempts: 1 },
});

export async function answerChat(input: AnswerInput): Promise<void> {
  // Created only for its handlers, which it registers itself.
  void new WorkflowStream();
  await activities.streamAnswer(input);
  await sleep(lingerMs);
}
