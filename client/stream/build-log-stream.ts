// The log of a workspace's build.
import type { Http } from "../http/http.ts";
import type { Schemas } from "../types.ts";
import { openAt } from "./chat-stream.ts";
import type { EventOf } from "./feed-stream.ts";
import { followStream, type StreamOptions } from "./follow-stream.ts";

export type BuildLogOptions = StreamOptions;

export type BuildLogEvent = EventOf<Schemas["BuildLog"]>;

/** Ends behind the event `end`. */
export async function* streamBuildLog(
  http: Http,
  path: { readonly workspace: string; readonly build: string },
  options: BuildLogOptions,
): AsyncGenerator<BuildLogEvent, void, undefined> {
  const open = openAt(http, "/v1/workspaces/{workspace}/builds/{build}/logs", { path });
  for await (const frame of followStream({ ...options, open })) {
    if (frame.type !== "log" && frame.type !== "end") continue;
    yield frame as unknown as BuildLogEvent;
    if (frame.type === "end") return;
  }
}
