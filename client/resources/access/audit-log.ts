// Who has changed what, for admins.
import type { CallOptions, QueryOf } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function auditLog(http: Http) {
  return {
    list: (query: QueryOf<"get", "/v1/audit-log"> = {}, options?: CallOptions) =>
      http.request("get", "/v1/audit-log", { ...options, query }),
  };
}
