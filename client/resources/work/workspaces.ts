// Workspaces: where agents run programs, and their builds.
import type { BodyOf, CallOptions, QueryOf } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";
import { type BuildLogOptions, streamBuildLog } from "../../stream/build-log-stream.ts";
import { terminals } from "./terminals.ts";
import { workspaceFiles } from "./workspace-files.ts";

export function workspaces(http: Http) {
  return {
    ...workspaceFiles(http),
    ...terminals(http),

    list: (query: QueryOf<"get", "/v1/workspaces"> = {}, options?: CallOptions) =>
      http.request("get", "/v1/workspaces", { ...options, query }),

    create: (body: BodyOf<"post", "/v1/workspaces">, options?: CallOptions) =>
      http.request("post", "/v1/workspaces", { ...options, body }),

    get: (workspace: string, options?: CallOptions) =>
      http.request("get", "/v1/workspaces/{workspace}", { ...options, path: { workspace } }),

    delete: (workspace: string, options?: CallOptions) =>
      http.request("delete", "/v1/workspaces/{workspace}", { ...options, path: { workspace } }),

    start: (workspace: string, options?: CallOptions) =>
      http.request("post", "/v1/workspaces/{workspace}/start", { ...options, path: { workspace }, body: {} }),

    stop: (workspace: string, options?: CallOptions) =>
      http.request("post", "/v1/workspaces/{workspace}/stop", { ...options, path: { workspace }, body: {} }),

    /** What has changed since the last commit, as a diff of git. */
    changes: (workspace: string, options?: CallOptions) =>
      http.request("get", "/v1/workspaces/{workspace}/changes", { ...options, path: { workspace } }),

    /** The lines of a build's log, then its end. */
    buildLog: (workspace: string, build: string, options: BuildLogOptions = {}) =>
      streamBuildLog(http, { workspace, build }, options),
  };
}
