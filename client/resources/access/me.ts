// Who calls, and what this user has set.
import type { BodyOf, CallOptions } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function me(http: Http) {
  return {
    get: (options?: CallOptions) => http.request("get", "/v1/me", { ...options }),

    settings: (options?: CallOptions) => http.request("get", "/v1/me/settings", { ...options }),

    /** Replaces all of them. */
    setSettings: (body: BodyOf<"put", "/v1/me/settings">, options?: CallOptions) =>
      http.request("put", "/v1/me/settings", { ...options, body }),
  };
}
