// An own tool as a tool of a turn: its calls run in the thread of its module, with a time limit that nothing outlasts.
import type { JsonObject } from "../../core/part/part.ts";
import { misfitOutput } from "../run-tool-call.ts";
import type { Tool, ToolContext, ToolOutput } from "../tool.ts";
import { errorOutput, ToolError, thrownOutput } from "../tool-error.ts";
import type { BegunCall, ModuleThread, OnCall } from "./module-thread.ts";
import type { CallEnd, DescribedTool } from "./thread-messages.ts";

export interface OwnToolPlace {
  /** The module's thread; a new one when the last has ended. Throws `ToolError` if it cannot be loaded again. */
  readonly threadOf: () => Promise<ModuleThread>;
  /** From the request to stop until a call that ignores it is given up. */
  readonly stopMs: number;
}

export function ownTool(described: DescribedTool, { threadOf, stopMs }: OwnToolPlace): Tool {
  const { name, description, parameters, flags } = described;
  const tool: Tool = {
    name,
    description,
    parameters,
    runs_in: "worker",
    flags: { ...flags, own: true },
    // The thread checks them: its schema may be one that takes long to check.
    parse: (args) => ({ ok: true, args }),
    async run(args, context) {
      const thread = await threadOf();
      const outcome = await callIn(thread, { described, args: args as JsonObject, stopMs }, context);
      return outputOf(outcome, tool);
    },
  };
  return tool;
}

interface OwnCall {
  readonly described: DescribedTool;
  readonly args: JsonObject;
  readonly stopMs: number;
}

type Outcome =
  | (CallEnd & { readonly stopped: Stopped | null })
  /** It did not end although it was told to. */
  | { readonly type: "given-up"; readonly stopped: Stopped }
  | { readonly type: "lost"; readonly why: string };
type Stopped = "late" | "interrupted";

/** Resolves at the latest some seconds after the time limit, or after the turn wants the call to stop. */
function callIn(
  thread: ModuleThread,
  { described, args, stopMs }: OwnCall,
  context: ToolContext,
): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  let stopped: Stopped | null = null;
  let grace: NodeJS.Timeout | undefined;
  const stop = (why: Stopped) => {
    if (stopped !== null) return;
    stopped = why;
    begun.tell({ type: "stop" });
    grace = setTimeout(() => {
      // What it still does cannot be ended alone; other calls in this thread go on.
      thread.retire();
      resolve({ type: "given-up", stopped: why });
    }, stopMs);
  };
  const onCall: OnCall = (message) => {
    if (message.type === "output") context.emit(message.text);
    else if (message.type === "keep") void keep(begun, message, context);
    else if (message.type === "end") resolve({ ...message.end, stopped });
    else resolve(message);
  };
  const { name: tool_name, time_limit_s } = described;
  const call = { tool_name, args, chat_id: context.chatId, tool_call_id: context.toolCallId };
  const begun = thread.begin(call, onCall);
  const limit = setTimeout(() => stop("late"), time_limit_s * 1000);
  const onAbort = () => stop("interrupted");
  context.signal.addEventListener("abort", onAbort, { once: true });
  if (context.signal.aborted) onAbort();
  return promise.finally(() => {
    clearTimeout(limit);
    clearTimeout(grace);
    context.signal.removeEventListener("abort", onAbort);
    begun.forget();
  });
}

/** Never rejects. */
async function keep(
  begun: BegunCall,
  { request, name, bytes }: { readonly request: number; readonly name: string; readonly bytes: Uint8Array },
  { keepFile }: ToolContext,
): Promise<void> {
  try {
    begun.tell({ type: "kept", request, file: await keepFile({ name, bytes }) });
  } catch (error) {
    const words = error instanceof ToolError ? error : new ToolError("The file could not be kept.");
    begun.tell({ type: "not-kept", request, message: words.message, hint: words.hint ?? null });
  }
}

function outputOf(outcome: Outcome, tool: Tool): ToolOutput {
  const { name, flags } = tool;
  const unknown = flags.read_only === true ? "" : " Whether it took effect is unknown.";
  const late = `${name} took too long and was stopped.${unknown}`;
  switch (outcome.type) {
    case "returned": {
      const { result, truncated, files } = outcome;
      const kept = files.length === 0 ? {} : { files };
      return { result: JSON.parse(result) as JsonObject, is_error: false, truncated, ...kept };
    }
    case "misfit":
      return misfitOutput(tool, outcome.faults);
    case "threw":
      if (outcome.stopped === "late") return errorOutput(late);
      if (outcome.stopped === "interrupted") return errorOutput("The call was interrupted.");
      return outcome.is_expected
        ? errorOutput(outcome.message, outcome.hint ?? undefined)
        : thrownOutput(new Error(outcome.message));
    case "given-up":
      return errorOutput(outcome.stopped === "late" ? late : `The call was interrupted.${unknown}`);
    case "lost":
      return errorOutput(`${name} broke down: its module has ended.${unknown}`);
    default:
      throw new ToolError(outcome satisfies never);
  }
}
