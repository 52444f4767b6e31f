// MCP servers, whose tools chats can have.
import type { BodyOf, CallOptions, QueryOf } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function mcpServers(http: Http) {
  return {
    list: (query: QueryOf<"get", "/v1/mcp-servers"> = {}, options?: CallOptions) =>
      http.request("get", "/v1/mcp-servers", { ...options, query }),

    create: (body: BodyOf<"post", "/v1/mcp-servers">, options?: CallOptions) =>
      http.request("post", "/v1/mcp-servers", { ...options, body }),

    get: (server: string, options?: CallOptions) =>
      http.request("get", "/v1/mcp-servers/{mcp_server}", { ...options, path: { mcp_server: server } }),

    update: (server: string, body: BodyOf<"patch", "/v1/mcp-servers/{mcp_server}">, options?: CallOptions) =>
      http.request("patch", "/v1/mcp-servers/{mcp_server}", {
        ...options,
        path: { mcp_server: server },
        body,
      }),

    delete: (server: string, options?: CallOptions) =>
      http.request("delete", "/v1/mcp-servers/{mcp_server}", { ...options, path: { mcp_server: server } }),

    /** Connects to it and lists its tools. */
    test: (server: string, options?: CallOptions) =>
      http.request("post", "/v1/mcp-servers/{mcp_server}/test", { ...options, path: { mcp_server: server } }),

    /** Begins the sign-in at the server: open `authorization_url` in a browser. */
    connect: (server: string, options?: CallOptions) =>
      http.request("post", "/v1/mcp-servers/{mcp_server}/connect", {
        ...options,
        path: { mcp_server: server },
      }),
  };
}
