// What a worker and the thread of a module tell each other.
import type { FilePart, JsonObject, ResultFile } from "../../core/part/part.ts";
import type { OwnToolFlags } from "./kit.ts";

/** A tool as its module has defined it, checked. */
export interface DescribedTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
  readonly flags: OwnToolFlags;
  readonly time_limit_s: number;
}

/** To the thread. `id` numbers the calls of a thread. */
export type ToThread =
  | {
      readonly type: "call";
      readonly id: number;
      readonly tool_name: string;
      readonly args: JsonObject;
      readonly chat_id: string;
      readonly tool_call_id: string;
    }
  | { readonly type: "stop"; readonly id: number }
  | { readonly type: "kept"; readonly id: number; readonly request: number; readonly file: FilePart }
  | {
      readonly type: "not-kept";
      readonly id: number;
      readonly request: number;
      readonly message: string;
      readonly hint: string | null;
    };

/** How a call has ended. `result` is JSON text within the limit of results. */
export type CallEnd =
  | {
      readonly type: "returned";
      readonly result: string;
      readonly truncated: boolean;
      readonly files: readonly ResultFile[];
    }
  | {
      readonly type: "misfit";
      readonly faults: readonly { readonly path: string; readonly message: string }[];
    }
  /** `is_expected`: a `ToolError`, whose words are for the model as they are. */
  | {
      readonly type: "threw";
      readonly message: string;
      readonly hint: string | null;
      readonly is_expected: boolean;
    };

/** From the thread. */
export type FromThread =
  | { readonly type: "loaded"; readonly tools: readonly DescribedTool[] }
  /** `message` may be shown to anybody; `error`, with stacks and paths, belongs into the log. */
  | { readonly type: "faulty"; readonly message: string; readonly error: string | null }
  | { readonly type: "output"; readonly id: number; readonly text: string }
  | {
      readonly type: "keep";
      readonly id: number;
      readonly request: number;
      readonly name: string;
      readonly bytes: Uint8Array;
    }
  | { readonly type: "end"; readonly id: number; readonly end: CallEnd };
