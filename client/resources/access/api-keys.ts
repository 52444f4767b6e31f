// API keys.
import type { BodyOf, CallOptions, QueryOf } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function apiKeys(http: Http) {
  return {
    list: (query: QueryOf<"get", "/v1/api-keys"> = {}, options?: CallOptions) =>
      http.request("get", "/v1/api-keys", { ...options, query }),

    /** Only this answer shows the key. */
    create: (body: BodyOf<"post", "/v1/api-keys">, options?: CallOptions) =>
      http.request("post", "/v1/api-keys", { ...options, body }),

    /** Revokes it. */
    delete: (key: string, options?: CallOptions) =>
      http.request("delete", "/v1/api-keys/{api_key}", { ...options, path: { api_key: key } }),
  };
}
