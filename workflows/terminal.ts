// Has a worker attend a terminal, and another one when that worker is lost. What passes through the terminal is in the database.
import { proxyActivities, workflowInfo } from "@temporalio/workflow";
import type { TerminalActivities } from "../activities/contract.ts";
import { terminalOptions } from "./activity-options.ts";
import { sideQueue, type TerminalInput } from "./contract.ts";
import { checkTerminalInput } from "./turn/read-signal.ts";

export async function terminal(input: TerminalInput): Promise<void> {
  checkTerminalInput(input);
  const taskQueue = sideQueue(workflowInfo().taskQueue, "terminals");
  const { attendTerminal } = proxyActivities<TerminalActivities>({ ...terminalOptions(input), taskQueue });
  await attendTerminal({ terminal_id: input.terminal_id });
}
