// Projects: folders of the machine that chats are made for.
import type { BodyOf, CallOptions, QueryOf } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function projects(http: Http) {
  return {
    list: (query: QueryOf<"get", "/v1/projects"> = {}, options?: CallOptions) =>
      http.request("get", "/v1/projects", { ...options, query }),

    create: (body: BodyOf<"post", "/v1/projects">, options?: CallOptions) =>
      http.request("post", "/v1/projects", { ...options, body }),

    get: (project: string, options?: CallOptions) =>
      http.request("get", "/v1/projects/{project}", { ...options, path: { project } }),

    update: (project: string, body: BodyOf<"patch", "/v1/projects/{project}">, options?: CallOptions) =>
      http.request("patch", "/v1/projects/{project}", { ...options, path: { project }, body }),

    delete: (project: string, options?: CallOptions) =>
      http.request("delete", "/v1/projects/{project}", { ...options, path: { project } }),
  };
}
