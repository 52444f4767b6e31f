// Makes a call fail as a row of the table says, and returns the fault that it ended in.
import { classifyError } from "../errors/classify-error.ts";
import type { ModelFault } from "../provider.ts";
import type { Fetch } from "../http/provider-options.ts";
import type { Failure } from "./failures.ts";
import { collect, countedIds, providerOf, SHORT_REQUEST } from "./replay.ts";

/** For failures above HTTP, which no fetch can produce. */
export const NOW_MS = Date.parse("2026-11-20T10:00:00Z");

/** Calls a provider whose connection fails in this way; null if the call succeeded. */
export async function failAs(failure: Failure, apiKey = "sk-test-key"): Promise<ModelFault | null> {
  if (failure.type === "thrown") return classifyError(failure.error, { provider: "openai", now_ms: NOW_MS });
  const dialect = "dialect" in failure ? failure.dialect : "openai-chat";
  const provider = providerOf(dialect, fetchOf(failure), { apiKey });
  const options = { signal: new AbortController().signal, newToolCallId: countedIds() };
  return (await collect(provider.stream(SHORT_REQUEST, options))).fault;
}

function fetchOf(failure: Exclude<Failure, { type: "thrown" }>): Fetch {
  return async () => {
    switch (failure.type) {
      case "http":
        return new Response(failure.body, { status: failure.status, headers: { "content-type": "application/json", ...failure.headers } });
      case "stream":
        return new Response(failure.body, { headers: { "content-type": "text/event-stream" } });
      case "connect":
        throw failure.error;
      case "cut":
        return new Response(cutBody(failure.error), { headers: { "content-type": "text/event-stream" } });
    }
  };
}

/** A body that fails after its first piece. */
function cutBody(error: Error): ReadableStream<Uint8Array> {
  const pieces = [new TextEncoder().encode('data: {"id":"c1","choices":[{"index":0,"delta":{"content":"Par"}}]}\n\n')];
  return new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) controller.error(error);
      else controller.enqueue(piece);
    },
  });
}
