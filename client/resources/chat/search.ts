// Search over titles and messages.
import type { CallOptions, QueryOf } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function search(http: Http) {
  return (query: QueryOf<"get", "/v1/search">, options?: CallOptions) =>
    http.request("get", "/v1/search", { ...options, query });
}
