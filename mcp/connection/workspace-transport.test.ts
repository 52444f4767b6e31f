// Tests of the transport to a program inside a workspace, over processes that end as the test wants.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AgentError, type Processes } from "../../workspaces/agent/api.ts";
import { WorkspaceTransport } from "./workspace-transport.ts";

const program = { type: "stdio", command: "program", args: [], env: {} } as const;
const message = { jsonrpc: "2.0", method: "hello" } as const;

/** A program that has ended with 3 when it is first written to; its end is told after that. */
function endedProgram(): Processes {
  const isWritten = Promise.withResolvers<void>();
  const parts = {
    start: async () => ({ process: { start_error: null } }),
    async writeInput() {
      isWritten.resolve();
      throw new AgentError("process_ended", "The process has ended: it reads no input.");
    },
    async *follow() {
      await isWritten.promise;
      await new Promise((resolve) => setImmediate(resolve));
      yield { type: "ended", process: { state: "exited", exit_code: 3, signal: null } };
    },
    signal: async () => undefined,
  };
  return parts as unknown as Processes;
}

test("C4 a program that has ended before it is written to says how it ended", async () => {
  const transport = new WorkspaceTransport(program, async () => endedProgram());
  await transport.start();
  await assert.rejects(transport.send(message), /^Error: it ended with exit code 3$/);
});
