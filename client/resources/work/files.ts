// Files that are attached to messages.
import type { CallOptions, QueryOf } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";
import type { Schemas } from "../../types.ts";

export interface UploadInput {
  readonly data: NonNullable<RequestInit["body"]>;
  /** Such as `image/png`. Absent: the type of the Blob. */
  readonly type?: string | undefined;
  readonly name?: string | undefined;
}

export function files(http: Http) {
  return {
    list: (query: QueryOf<"get", "/v1/files"> = {}, options?: CallOptions) =>
      http.request("get", "/v1/files", { ...options, query }),

    /** Uploads the bytes. Throws a TypeError where neither the input nor the Blob says what they are. */
    upload: async ({ data, type, name }: UploadInput, options?: CallOptions) => {
      const known = type ?? (data instanceof Blob ? data.type : "");
      if (known === "") throw new TypeError("An upload needs the type of its bytes, such as image/png");
      const input = { ...options, query: { name }, bytes: { data, type: known } };
      const response = await http.send("post", "/v1/files", input);
      return (await response.json()) as Schemas["File"];
    },

    /** The bytes of a file. */
    download: (file: string, options?: CallOptions) =>
      http.raw("get", "/v1/files/{file}", { ...options, path: { file } }),

    /** Where a file is, for links and images of pages that have signed in. */
    url: (file: string) => http.url("/v1/files/{file}", { path: { file } }),

    delete: (file: string, options?: CallOptions) =>
      http.request("delete", "/v1/files/{file}", { ...options, path: { file } }),
  };
}
