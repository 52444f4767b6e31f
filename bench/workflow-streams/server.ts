// A web server in front of Workflow Streams: `server.ts <Temporal's address> <task queue> <the model's URL>`. POST
// /answers starts a turn and streams it.
import { randomUUID } from "node:crypto";
import { Client, Connection, type WorkflowHandle } from "@temporalio/client";
import { WorkflowStreamClient } from "@temporalio/workflow-streams/client";
import express, { type Response } from "express";
import { type AnswerInput, endTopic, textTopic } from "./answer-input.ts";

interface Answer {
  readonly prompt: string;
  readonly batch_ms: number;
  readonly poll_cooldown_ms: number;
}

const [address = "", taskQueue = "", modelUrl = ""] = process.argv.slice(2);
const client = new Client({ connection: await Connection.connect({ address }) });

const app = express();
app.use(express.json());
app.post("/answers", (request, response) => {
  answer(request.body as Answer, response).catch((error: unknown) => {
    console.error(error);
    response.destroy();
  });
});
app.listen(Number(process.env["PORT"]), "127.0.0.1", () => {
  console.log(JSON.stringify({ ready: "workflow-streams-server" }));
});

async function answer(asked: Answer, response: Response): Promise<void> {
  const workflowId = `streams-${randomUUID()}`;
  const input: AnswerInput = { modelUrl, prompt: asked.prompt, batchMs: asked.batch_ms };
  const handle = await client.workflow.start("answerChat", { workflowId, taskQueue, args: [input] });
  response.on("close", () => {
    if (!response.writableEnded) cancel(handle);
  });
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(`event: started\ndata: ${JSON.stringify({ workflow_id: workflowId })}\n\n`);
  const stream = WorkflowStreamClient.create(client, workflowId);
  const items = stream.subscribe<unknown>([textTopic, endTopic], 0, {
    pollCooldown: asked.poll_cooldown_ms,
    resultType: true,
  });
  for await (const { topic, data } of items) {
    if (response.destroyed || topic === endTopic) break;
    response.write(`event: text\ndata: ${JSON.stringify({ text: data })}\n\n`);
  }
  response.end();
}

/** Whoever hangs up wants no more of the answer. If it is over by now, it needs no cancelling. */
function cancel(handle: WorkflowHandle): void {
  handle.cancel().catch(() => undefined);
}
