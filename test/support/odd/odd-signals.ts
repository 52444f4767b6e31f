// Tests: what anybody with Temporal's command line can send to a run, by mistake or not.
import type { TestTemporal } from "../turn/workflow-run.ts";

type Payloads = readonly { readonly metadata: { readonly encoding: Buffer }; readonly data: Buffer }[];

const json = (text: string) => ({
  metadata: { encoding: Buffer.from("json/plain") },
  data: Buffer.from(text),
});

/** Payloads of a signal, by what is wrong with them. */
const ODD_PAYLOADS: Readonly<Record<string, Payloads>> = {
  none: [],
  null: [json("null")],
  "a text": [json('"version"')],
  "a number": [json("7")],
  "a list": [json("[1,2]")],
  "no JSON": [json("{")],
  "an encoding nobody knows": [{ metadata: { encoding: Buffer.from("odd/plain") }, data: Buffer.from("x") }],
  "texts for numbers": [json('{"turn_id":"1","version":"x","title_version":"x","summary":"yes"}')],
  "a version past all numbers": [json('{"turn_id":1,"version":1e999,"title_version":1e999}')],
  "a negative version": [json('{"turn_id":-1,"version":-5,"title_version":-5}')],
  "a version that is not there yet": [json('{"turn_id":9007199254740991,"version":9007199254740991}')],
  "two of them": [json("{}"), json("{}")],
};

/** Sends a signal as its bytes are given. */
async function sendRaw(
  { client }: TestTemporal,
  workflowId: string,
  { signalName, payloads }: { readonly signalName: string; readonly payloads: Payloads },
): Promise<void> {
  await client.workflowService.signalWorkflowExecution({
    namespace: "default",
    workflowExecution: { workflowId },
    signalName,
    input: { payloads: [...payloads] },
  });
}

/** Sends each odd payload under each of these names, and one under a name that no workflow knows. */
export async function sendOdd(
  temporal: TestTemporal,
  workflowId: string,
  names: readonly string[],
): Promise<void> {
  for (const payloads of Object.values(ODD_PAYLOADS)) {
    for (const signalName of [...names, "nobodyKnowsThis", "__temporal_odd"]) {
      await sendRaw(temporal, workflowId, { signalName, payloads });
    }
  }
}
