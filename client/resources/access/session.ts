// Sessions of browsers, in the place of a key.
import type { CallOptions, QueryOf } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function session(http: Http) {
  return {
    /** How a browser can sign in at this server. */
    ways: (options?: CallOptions) => http.request("get", "/session", { ...options }),

    /** Signs this browser in with an API key. */
    begin: (apiKey: string, options?: CallOptions) =>
      http.request("post", "/session", { ...options, body: { api_key: apiKey } }),

    /** Signs this browser out. */
    end: (options?: CallOptions) => http.request("delete", "/session", { ...options }),

    /** Where the browser goes to sign in at the issuer. */
    issuerUrl: (query: { readonly return_to?: string } = {}) => http.url("/session/oidc", { query }),

    /** Sessions that have not ended, newest first. */
    list: (query: QueryOf<"get", "/v1/sessions"> = {}, options?: CallOptions) =>
      http.request("get", "/v1/sessions", { ...options, query }),

    /** Ends one of them. */
    delete: (session: string, options?: CallOptions) =>
      http.request("delete", "/v1/sessions/{session}", { ...options, path: { session } }),
  };
}
