// Settings of the deployment.
import type { BodyOf, CallOptions } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function settings(http: Http) {
  return {
    get: (options?: CallOptions) => http.request("get", "/v1/settings", { ...options }),

    /** Replaces all of them. */
    set: (body: BodyOf<"put", "/v1/settings">, options?: CallOptions) =>
      http.request("put", "/v1/settings", { ...options, body }),
  };
}
