// The activity that calls the model and publishes its text to the workflow's stream.
import { Context } from "@temporalio/activity";
import { WorkflowStreamClient } from "@temporalio/workflow-streams/client";
import { type AnswerInput, endTopic, textTopic } from "./answer-input.ts";

const heartbeatMs = 1_000;
/** If each part is sent at once, nothing waits for a batch. */
const farAwayMs = 60_000;

export async function streamAnswer({ modelUrl, prompt, batchMs }: AnswerInput): Promise<void> {
  const activity = Context.current();
  const beating = setInterval(() => activity.heartbeat(), heartbeatMs);
  const stream = WorkflowStreamClient.fromWithinActivity({ batchInterval: batchMs || farAwayMs });
  try {
    const topic = stream.topic<string>(textTopic);
    let isFirst = true;
    for await (const text of askModel(modelUrl, prompt, activity.cancellationSignal)) {
      // The first text is what people wait for, so it gets its own message.
      topic.publish(text, { forceFlush: isFirst || batchMs === 0 });
      isFirst = false;
    }
    stream.topic(endTopic).publish(true, { forceFlush: true });
  } finally {
    clearInterval(beating);
    // If the workflow was cancelled meanwhile, there is nobody left to publish to.
    await stream[Symbol.asyncDispose]().catch(() => undefined);
  }
}

const DELTA = "event: response.output_text.delta\n";

/** The text deltas of a streamed answer. */
async function* askModel(modelUrl: string, prompt: string, signal: AbortSignal): AsyncGenerator<string> {
  const response = await fetch(`${modelUrl}/v1/responses`, {
    method: "POST",
    signal,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "demo", stream: true, input: [{ role: "user", content: prompt }] }),
  });
  if (!response.ok || response.body === null) throw new Error(`the model answered ${response.status}`);
  let rest = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (rest + chunk).split("\n\n");
    rest = frames.pop() ?? "";
    for (const frame of frames) {
      if (!frame.startsWith(DELTA)) continue;
      const { delta } = JSON.parse(frame.slice(DELTA.length + "data: ".length)) as { delta: string };
      yield delta;
    }
  }
}
