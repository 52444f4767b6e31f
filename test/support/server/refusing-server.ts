// Tests: servers that refuse a request for its shape, whenever they are asked so.
import type { JsonObject } from "../../../core/part/part.ts";
import { type OddCase, PLAIN_ANSWERS } from "../odd/odd-case.ts";
import type { OddAnswer, OddScript } from "../odd/odd-provider.ts";

/** Whether a request is one that the server does not take. */
export type Refuses = (body: JsonObject) => boolean;

interface Server {
  /** The answer to what is asked first. */
  readonly call?: OddAnswer;
  readonly refusal?: OddAnswer;
  readonly refuses?: Refuses;
}

/**
 * A server as it is: it refuses what it does not take, whenever it is asked so, calls a tool when it is first asked something, and
 * answers. Never by the number of the request: a worker that is given up on a busy machine asks again.
 */
export function refusingServer(odd: Pick<OddCase, "dialect">, { call, refusal, refuses }: Server): OddScript {
  return ({ body }) => {
    if (refusal !== undefined && refuses?.(body) === true) return refusal;
    const isFirst = !/"role":"(tool|assistant)"|function_call_output|tool_result/.test(JSON.stringify(body));
    return isFirst && call !== undefined ? call : PLAIN_ANSWERS[odd.dialect];
  };
}
