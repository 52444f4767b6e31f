// Runs the calls of one module's tools, in the module's thread.
import { toolResultBytesMax } from "../../core/chat/limits.ts";
import type { FilePart, JsonObject, JsonValue, ResultFile } from "../../core/part/part.ts";
import { headOf, truncateJson } from "../../core/text/truncate.ts";
import { ToolError } from "../tool-error.ts";
import { outputShownBytesMax } from "../tool-limits.ts";
import type { OwnToolContext } from "./kit.ts";
import { errorCharsMax, filesPerCallMax, showEveryMs } from "./limits.ts";
import type { DefinedTool } from "./read-definitions.ts";
import type { CallEnd, FromThread, ToThread } from "./thread-messages.ts";

type Post = (message: FromThread) => void;
type Call = Extract<ToThread, { type: "call" }>;

interface RunningCall {
  readonly stop: AbortController;
  readonly keeps: Map<number, PromiseWithResolvers<FilePart>>;
}

/** Returns what handles the worker's messages. */
export function createCalls(tools: readonly DefinedTool[], post: Post): (message: ToThread) => void {
  const running = new Map<number, RunningCall>();
  const begin = async (call: Call) => {
    const state: RunningCall = { stop: new AbortController(), keeps: new Map() };
    running.set(call.id, state);
    const end = await endOf(tools, call, { state, post });
    running.delete(call.id);
    post({ type: "end", id: call.id, end });
  };
  return (message) => {
    switch (message.type) {
      case "call":
        void begin(message);
        return;
      case "stop":
        running.get(message.id)?.stop.abort();
        return;
      case "kept":
        running.get(message.id)?.keeps.get(message.request)?.resolve(message.file);
        return;
      case "not-kept": {
        const error = new ToolError(message.message, message.hint ?? undefined);
        running.get(message.id)?.keeps.get(message.request)?.reject(error);
        return;
      }
    }
  };
}

interface CallPlace {
  readonly state: RunningCall;
  readonly post: Post;
}

/** Never rejects. */
async function endOf(tools: readonly DefinedTool[], call: Call, place: CallPlace): Promise<CallEnd> {
  const shown = createShown(call.id, place.post);
  try {
    const tool = tools.find(({ described }) => described.name === call.tool_name);
    if (tool === undefined) throw new ToolError(`The module has no tool ${call.tool_name} any more.`);
    const parsed = await tool.parse(call.args);
    if (!parsed.ok) return { type: "misfit", faults: parsed.faults };
    const files: ResultFile[] = [];
    const context: OwnToolContext = {
      signal: place.state.stop.signal,
      chatId: call.chat_id,
      toolCallId: call.tool_call_id,
      write: (text) => shown.write(text),
      keepFile: async (file) => {
        if (files.length >= filesPerCallMax)
          throw new ToolError(`A call keeps at most ${filesPerCallMax} files.`);
        const kept = await keepFile(call.id, file, place);
        files.push(kept);
        return kept;
      },
    };
    const returned: unknown = await tool.run(parsed.args as never, context);
    return { ...resultOf(returned), files };
  } catch (error) {
    return thrownEnd(error);
  } finally {
    shown.end();
  }
}

let requests = 0;

function keepFile(
  id: number,
  { name, bytes }: Parameters<OwnToolContext["keepFile"]>[0],
  { state, post }: CallPlace,
): Promise<FilePart> {
  if (typeof name !== "string" || !(bytes instanceof Uint8Array))
    throw new TypeError("keepFile wants { name: a text, bytes: a Uint8Array }");
  const request = ++requests;
  const kept = Promise.withResolvers<FilePart>();
  state.keeps.set(request, kept);
  post({ type: "keep", id, request, name, bytes });
  return kept.promise;
}

/** An object is the result as it is; any other value becomes its `result`. Cut here, so that the worker never holds more. */
function resultOf(returned: unknown) {
  const text = JSON.stringify(returned ?? null) as string | undefined;
  const value = JSON.parse(text ?? "null") as JsonValue;
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const cut = truncateJson((isObject ? value : { result: value }) as JsonObject, toolResultBytesMax);
  return { type: "returned", result: JSON.stringify(cut.value), truncated: cut.truncated } as const;
}

function thrownEnd(error: unknown): CallEnd {
  const message = headOf(error instanceof Error ? error.message : String(error), errorCharsMax);
  const is_expected = error instanceof ToolError;
  const hint = is_expected && error.hint !== undefined ? headOf(error.hint, errorCharsMax) : null;
  return { type: "threw", message, hint, is_expected };
}

/** What a call writes goes out in pieces, up to the size that readers are shown. */
function createShown(id: number, post: Post) {
  let waiting = "";
  let left = outputShownBytesMax;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting !== "") post({ type: "output", id, text: waiting });
    waiting = "";
  };
  return {
    write(text: unknown) {
      const shown = headOf(String(text), left);
      left -= Buffer.byteLength(shown);
      waiting += shown;
      timer ??= setTimeout(flush, showEveryMs);
    },
    end() {
      flush();
      left = 0;
    },
  };
}
