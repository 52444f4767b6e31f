// What a terminal of a workspace prints.
import type { Http } from "../http/http.ts";
import type { Schemas } from "../types.ts";
import { openAt } from "./chat-stream.ts";
import type { EventOf } from "./feed-stream.ts";
import { followStream, type StreamOptions } from "./follow-stream.ts";

export type TerminalStreamOptions = StreamOptions;

/** `output` with its bytes. `skipped` says how many bytes before them were left out: where some were, draw `modes` first. */
export type TerminalEvent =
  | Extract<EventOf<Schemas["TerminalOutput"]>, { readonly type: "terminal" }>
  | {
      readonly type: "output";
      readonly id: string | null;
      readonly data: {
        readonly from: number;
        readonly to: number;
        readonly bytes: Uint8Array<ArrayBuffer>;
        readonly skipped: number;
        readonly modes: string;
      };
    };

/** Ends behind the state that says how the terminal ended. */
export async function* streamTerminal(
  http: Http,
  path: { readonly workspace: string; readonly terminal: string },
  options: TerminalStreamOptions,
): AsyncGenerator<TerminalEvent, void, undefined> {
  const open = openAt(http, "/v1/workspaces/{workspace}/terminals/{terminal}/output", { path });
  let known = Number(options.after ?? 0);
  for await (const frame of followStream({ ...options, open })) {
    if (frame.type === "output") {
      const { from, to, data, modes = "" } = frame.data as Schemas["TerminalOutputOutput"]["data"];
      const skipped = Math.max(0, from - known);
      known = to;
      yield { type: "output", id: frame.id, data: { from, to, bytes: bytesOf(data), skipped, modes } };
    } else if (frame.type === "terminal") {
      const event = frame as unknown as Extract<TerminalEvent, { type: "terminal" }>;
      yield event;
      if (event.data.terminal.status === "closed") return;
    }
  }
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
