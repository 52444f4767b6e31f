// Turns failures into error results for the model, without stacks and without paths of the host.
import { headOf } from "../core/text/truncate.ts";
import { AgentError } from "../workspaces/agent/api.ts";
import type { ToolOutput } from "./tool.ts";

/** An expected failure: what is wrong, and what to do instead. The model gets its message and hint unchanged. */
export class ToolError extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.name = "ToolError";
    this.hint = hint;
  }
}

const systemFaults: Readonly<Record<string, string>> = {
  EACCES: "Permission denied.",
  EPERM: "Permission denied.",
  ENOENT: "The file or folder vanished while it was read.",
  EIO: "The disk reported a read error.",
  EMFILE: "The server has too many files open; try again.",
  ENFILE: "The server has too many files open; try again.",
  ENAMETOOLONG: "The path is too long.",
};

/** An error result for the model. */
export function errorOutput(error: string, hint?: string): ToolOutput {
  return { result: hint === undefined ? { error } : { error, hint }, is_error: true };
}

/** The message of an unexpected error, without absolute paths: a model must not learn the host's folders. */
function withoutHostPaths(message: string): string {
  return message.replaceAll(/(?:file:\/\/)?(?<![\w.])\/[^\s'"`,;:()]+/g, "<path>");
}

/** The error result for anything thrown by a tool. */
export function thrownOutput(thrown: unknown): ToolOutput {
  // The agent's messages are written for models and name only paths of the workspace.
  if (thrown instanceof ToolError || thrown instanceof AgentError)
    return errorOutput(thrown.message, thrown.hint);
  const code = (thrown as { code?: unknown } | null)?.code;
  const known = typeof code === "string" ? systemFaults[code] : undefined;
  if (known !== undefined) return errorOutput(known);
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  const firstLine = words.split("\n", 1)[0] ?? "";
  return errorOutput(`The tool failed: ${headOf(withoutHostPaths(firstLine), 500)}`);
}
