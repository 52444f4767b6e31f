// Templates that workspaces are made from.
import type { CallOptions } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function templates(http: Http) {
  return {
    list: (options?: CallOptions) => http.request("get", "/v1/templates", { ...options }),

    get: (template: string, options?: CallOptions) =>
      http.request("get", "/v1/templates/{template}", { ...options, path: { template } }),
  };
}
