// Files of workspaces.
import type { BodyOf, CallOptions } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";
import type { Schemas } from "../../types.ts";

type FilesPath = "/v1/workspaces/{workspace}/files";
type WorkspaceFolder = Schemas["WorkspaceFolder"];
type WrittenFile = Schemas["WrittenFile"];

export function workspaceFiles(http: Http) {
  return {
    /** What is in a folder. The path of a file is refused with a TypeError: read it with `readFile`. */
    listFolder: async (workspace: string, path?: string, options?: CallOptions) => {
      const input = { ...options, path: { workspace }, query: { path } };
      const response = await http.raw("get", "/v1/workspaces/{workspace}/files", input);
      if (!isJson(response)) {
        await response.body?.cancel();
        throw new TypeError(`${path ?? "."} is a file, not a folder`);
      }
      return (await response.json()) as WorkspaceFolder;
    },

    /** The bytes of a file; the JSON of a listing where `path` is a folder. */
    readFile: (workspace: string, path: string, options?: CallOptions) =>
      http.raw("get", "/v1/workspaces/{workspace}/files", {
        ...options,
        path: { workspace },
        query: { path },
      }),

    /** Where a file can be downloaded, for links of pages that have signed in. */
    fileUrl: (workspace: string, path: string) =>
      http.url("/v1/workspaces/{workspace}/files", { path: { workspace }, query: { path } }),

    /** Writes the bytes to a path. They may be text of any kind, so they are sent as bytes. */
    writeFile: async (
      workspace: string,
      { path, data }: { readonly path: string; readonly data: NonNullable<RequestInit["body"]> },
      options?: CallOptions,
    ) => {
      const response = await http.send("put", "/v1/workspaces/{workspace}/files", {
        ...options,
        path: { workspace },
        query: { path },
        bytes: { data, type: "application/octet-stream" },
      });
      return (await response.json()) as WrittenFile;
    },

    /** Copies an uploaded file into the workspace. */
    copyFile: (workspace: string, body: BodyOf<"post", FilesPath>, options?: CallOptions) =>
      http.request("post", "/v1/workspaces/{workspace}/files", { ...options, path: { workspace }, body }),

    /** Makes a file of the workspace one that can be attached to a message. */
    attachFile: (workspace: string, body: BodyOf<"post", `${FilesPath}/attach`>, options?: CallOptions) =>
      http.request("post", "/v1/workspaces/{workspace}/files/attach", {
        ...options,
        path: { workspace },
        body,
      }),
  };
}

/** A file has the type of bytes, whatever is in it. */
function isJson(response: Response): boolean {
  return response.headers.get("content-type")?.startsWith("application/json") ?? false;
}
