// A `fetch` whose answers end with a fault when a server sends more than it may.
import { answerBytesMax, streamBurstBytes, streamBytesPerSecond } from "../limits.ts";
import { McpFault } from "../mcp-fault.ts";
import { createFloodMeter } from "./flood-meter.ts";

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** Statuses of answers without a body: a `Response` with such a status refuses one. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/** The answer to a GET is a stream without an end, which is measured by its speed; every other answer by its size. */
export function withBoundedBodies(fetch: Fetch, bytesMax = answerBytesMax): Fetch {
  return async (url, init) => {
    const answer = await fetch(url, init);
    const { status, statusText, headers, body } = answer;
    if (body === null || WITHOUT_BODY.has(status)) return answer;
    const isStream =
      (init?.method ?? "GET") === "GET" && headers.get("content-type")?.startsWith("text/event-stream");
    const limits = isStream
      ? { burst: streamBurstBytes, perSecond: streamBytesPerSecond }
      : { burst: bytesMax, perSecond: 0 };
    return new Response(body.pipeThrough(bounded(limits)), { status, statusText, headers });
  };
}

function bounded(limits: { readonly burst: number; readonly perSecond: number }) {
  const isTooMuch = createFloodMeter(limits, () => performance.now());
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if (!isTooMuch(chunk.byteLength)) return controller.enqueue(chunk);
      controller.error(new McpFault("flooding", `it sent more than ${limits.burst} bytes`));
    },
  });
}
