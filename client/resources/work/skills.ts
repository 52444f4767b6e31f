// Skills that agents can read.
import type { CallOptions, QueryOf } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function skills(http: Http) {
  return {
    /** Those of the deployment; with `chat_id` those that the chat's agent knows. */
    list: (query: QueryOf<"get", "/v1/skills"> = {}, options?: CallOptions) =>
      http.request("get", "/v1/skills", { ...options, query }),
  };
}
