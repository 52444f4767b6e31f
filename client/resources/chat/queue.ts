// Messages that wait for their turn.
import type { BodyOf, CallOptions } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

type QueuedPath = "/v1/chats/{chat}/queue/{queued_message}";

export function queue(http: Http) {
  return {
    /** Changes its content or its position. */
    update: (
      chat: string,
      { id, ...body }: { id: number } & BodyOf<"patch", QueuedPath>,
      options?: CallOptions,
    ) =>
      http.request("patch", "/v1/chats/{chat}/queue/{queued_message}", {
        ...options,
        path: { chat, queued_message: id },
        body,
      }),

    delete: (chat: string, id: number, options?: CallOptions) =>
      http.request("delete", "/v1/chats/{chat}/queue/{queued_message}", {
        ...options,
        path: { chat, queued_message: id },
      }),

    /** Sends it now: the running turn is stopped for it. */
    promote: (
      chat: string,
      { id, ...body }: { id: number } & BodyOf<"post", `${QueuedPath}/promote`>,
      options?: CallOptions,
    ) =>
      http.request("post", "/v1/chats/{chat}/queue/{queued_message}/promote", {
        ...options,
        path: { chat, queued_message: id },
        body,
      }),
  };
}
