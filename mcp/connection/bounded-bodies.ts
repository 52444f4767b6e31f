// A `fetch` whose answers end with a fault when a server sends more than it may.
import { answerBytesMax, answerLimits, streamBurstBytes, streamBytesPerSecond } from "../limits.ts";
import { McpFault } from "../mcp-fault.ts";
import { AnswerMeter } from "./answer-meter.ts";
import { createFloodMeter, type FloodLimits } from "./flood-meter.ts";

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** Statuses of answers without a body: a `Response` with such a status refuses one. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/** The answer to a GET is a stream without an end, which is measured by its speed; every other answer by its size. */
export function withBoundedBodies(fetch: Fetch, bytesMax = answerBytesMax): Fetch {
  return async (url, init) => {
    const answer = await fetch(url, init);
    const { status, statusText, headers, body } = answer;
    if (body === null || WITHOUT_BODY.has(status)) return answer;
    const hasEvents = headers.get("content-type")?.toLowerCase().includes("text/event-stream") === true;
    const isEndless = hasEvents && (init?.method ?? "GET") === "GET";
    const limits = isEndless
      ? { burst: streamBurstBytes, perSecond: streamBytesPerSecond }
      : { burst: bytesMax, perSecond: 0 };
    const meter = new AnswerMeter(answerLimits, hasEvents);
    return new Response(body.pipeThrough(bounded(limits, meter)), { status, statusText, headers });
  };
}

function bounded(limits: FloodLimits, meter: AnswerMeter) {
  const isTooMuch = createFloodMeter(limits, () => performance.now());
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if (isTooMuch(chunk.byteLength))
        controller.error(new McpFault("flooding", `it sent more than ${limits.burst} bytes`));
      else if (meter.push(chunk))
        controller.error(
          new McpFault("flooding", "it sent too many items in one answer, or nested them too deep"),
        );
      else controller.enqueue(chunk);
    },
  });
}
