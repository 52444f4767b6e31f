// Tools that agents can have.
import type { CallOptions } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function tools(http: Http) {
  return {
    list: (options?: CallOptions) => http.request("get", "/v1/tools", { ...options }),
  };
}
