// What model calls have cost.
import type { CallOptions, QueryOf } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function usage(http: Http) {
  return {
    /** By day, model, user or chat. */
    report: (query: QueryOf<"get", "/v1/usage"> = {}, options?: CallOptions) =>
      http.request("get", "/v1/usage", { ...options, query }),
  };
}
