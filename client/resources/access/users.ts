// Users and their usage limits.
import type { BodyOf, CallOptions, QueryOf } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function users(http: Http) {
  return {
    list: (query: QueryOf<"get", "/v1/users"> = {}, options?: CallOptions) =>
      http.request("get", "/v1/users", { ...options, query }),

    create: (body: BodyOf<"post", "/v1/users">, options?: CallOptions) =>
      http.request("post", "/v1/users", { ...options, body }),

    get: (user: string, options?: CallOptions) =>
      http.request("get", "/v1/users/{user}", { ...options, path: { user } }),

    update: (user: string, body: BodyOf<"patch", "/v1/users/{user}">, options?: CallOptions) =>
      http.request("patch", "/v1/users/{user}", { ...options, path: { user }, body }),

    /** What becomes of the user's chats must be said. */
    delete: (user: string, query: QueryOf<"delete", "/v1/users/{user}">, options?: CallOptions) =>
      http.request("delete", "/v1/users/{user}", { ...options, path: { user }, query }),

    limit: (user: string, options?: CallOptions) =>
      http.request("get", "/v1/users/{user}/limit", { ...options, path: { user } }),

    setLimit: (user: string, body: BodyOf<"put", "/v1/users/{user}/limit">, options?: CallOptions) =>
      http.request("put", "/v1/users/{user}/limit", { ...options, path: { user }, body }),
  };
}
