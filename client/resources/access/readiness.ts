// Whether the server works, and what it measures.
import type { CallOptions } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";
import type { Schemas } from "../../types.ts";

export function readiness(http: Http) {
  return {
    /** Each check with its outcome. A server that is not ready answers too, instead of an error. */
    get: async (options?: CallOptions): Promise<Schemas["Readiness"]> => {
      const input = { ...options, acceptStatus: 503 };
      return (await (await http.send("get", "/readyz", input)).json()) as Schemas["Readiness"];
    },

    /** Whether the process answers at all. */
    health: (options?: CallOptions) => http.request("get", "/healthz", { ...options }),

    /** The builds of the workers that run, for admins. */
    workers: (options?: CallOptions) => http.request("get", "/v1/workers", { ...options }),

    /** In Prometheus's text format. */
    metrics: async (options?: CallOptions) => (await http.raw("get", "/metrics", { ...options })).text(),

    /** The OpenAPI document of this server. */
    document: (options?: CallOptions) => http.request("get", "/openapi.json", { ...options }),
  };
}
