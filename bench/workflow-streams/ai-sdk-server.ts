// The AI SDK behind plain HTTP, with nothing kept: `ai-sdk-server.ts <the model's URL>`.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { streamText } from "ai";
import express from "express";

const [modelUrl = ""] = process.argv.slice(2);
const provider = createOpenAICompatible({ name: "demo", baseURL: `${modelUrl}/v1`, apiKey: "none" });

const app = express();
app.use(express.json());
app.post("/answers", (request, response) => {
  const { prompt } = request.body as { prompt: string };
  const leaving = new AbortController();
  response.on("close", () => leaving.abort());
  const answer = streamText({
    model: provider.chatModel("demo"),
    prompt,
    maxRetries: 0,
    abortSignal: leaving.signal,
  });
  answer.pipeUIMessageStreamToResponse(response).catch(() => response.destroy());
});
app.listen(Number(process.env["PORT"]), "127.0.0.1", () => {
  console.log(JSON.stringify({ ready: "ai-sdk-server" }));
});
