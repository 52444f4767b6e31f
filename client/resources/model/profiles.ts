// Profiles: what a chat is made with.
import type { BodyOf, CallOptions, QueryOf } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function profiles(http: Http) {
  return {
    list: (query: QueryOf<"get", "/v1/profiles"> = {}, options?: CallOptions) =>
      http.request("get", "/v1/profiles", { ...options, query }),

    create: (body: BodyOf<"post", "/v1/profiles">, options?: CallOptions) =>
      http.request("post", "/v1/profiles", { ...options, body }),

    get: (profile: string, options?: CallOptions) =>
      http.request("get", "/v1/profiles/{profile}", { ...options, path: { profile } }),

    update: (profile: string, body: BodyOf<"patch", "/v1/profiles/{profile}">, options?: CallOptions) =>
      http.request("patch", "/v1/profiles/{profile}", { ...options, path: { profile }, body }),

    delete: (profile: string, options?: CallOptions) =>
      http.request("delete", "/v1/profiles/{profile}", { ...options, path: { profile } }),
  };
}
