// What was sent to models and what they answered, of chats that record it.
import type { CallOptions } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function debug(http: Http) {
  return {
    /** The newest 100 runs. */
    runs: (chat: string, options?: CallOptions) =>
      http.request("get", "/v1/chats/{chat}/debug/runs", { ...options, path: { chat } }),

    /** A run with its steps and attempts. */
    run: (chat: string, run: string, options?: CallOptions) =>
      http.request("get", "/v1/chats/{chat}/debug/runs/{run}", { ...options, path: { chat, run } }),
  };
}
