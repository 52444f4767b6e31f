// Calls a server that the operator has named, such as an issuer of sign-ins: no redirect is followed, and neither the size of
// an answer nor the time it takes is left to that server.

export interface BoundedFetchLimits {
  readonly bytesMax: number;
  readonly timeoutMs: number;
}

export type BoundedFetch = (url: string, init?: RequestInit) => Promise<Response>;

/** The answer is larger than anything that such a server should say. */
export class AnswerTooLarge extends Error {
  constructor(bytesMax: number) {
    super(`the answer has more than ${bytesMax} bytes`);
    this.name = "AnswerTooLarge";
  }
}

/** Statuses of answers without a body: a `Response` with such a status refuses one. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/** A `fetch` whose answers are complete when it resolves. Throws `AnswerTooLarge`, and what `fetch` throws. */
export function createBoundedFetch({ bytesMax, timeoutMs }: BoundedFetchLimits): BoundedFetch {
  return async (url, init = {}) => {
    const signals = [AbortSignal.timeout(timeoutMs), ...(init.signal ? [init.signal] : [])];
    const answer = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.any(signals) });
    const body = await readBody(answer, bytesMax);
    const { status, statusText, headers } = answer;
    return new Response(WITHOUT_BODY.has(status) ? null : body, { status, statusText, headers });
  };
}

/** Counts after decompression, so that a small answer cannot grow without limit. */
async function readBody(answer: Response, bytesMax: number): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the body, which closes the connection.
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > bytesMax) throw new AnswerTooLarge(bytesMax);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
