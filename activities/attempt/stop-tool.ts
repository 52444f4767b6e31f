// What the watch's reasons to stop mean for a tool call.
import { type ToolOutput, ToolStopped } from "../../tools/tool.ts";
import { workerShutdown } from "./activity-attempt.ts";
import { Stopped } from "./watch.ts";

function reasonOf(why: unknown): Stopped["reason"] {
  return why instanceof Stopped ? why.reason : "lost";
}

/** In the words of tools: an interrupt, edit or deletion ends what a call began; anything else leaves it running. */
export function toolSignal(watched: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    const reason = reasonOf(watched.reason);
    const isOver = reason === "interrupted" || reason === "superseded";
    controller.abort(new ToolStopped(isOver ? "end" : "leave"));
  };
  watched.addEventListener("abort", stop, { once: true });
  if (watched.aborted) stop();
  return controller.signal;
}

/**
 * What is kept of a call that was stopped. An interrupted call keeps what it had come to, as an error result; a call that was
 * cut from the history has no place to keep it (null). Throws when the call goes on in another worker.
 */
export function stoppedOutput(why: unknown, output: ToolOutput): ToolOutput | null {
  const reason = reasonOf(why);
  if (reason === "interrupted") return output;
  if (reason === "superseded") return null;
  throw workerShutdown("call");
}
