// Tests: what each route is, written down by hand: who forgets to say it for a new route, or declares it wrongly there, fails the
// matrix.

/**
 * `public`: anybody. `chats`, `deployment`: any user whose scope reaches that area. `admin`: admins whose scope reaches the
 * deployment.
 */
export type RouteKind = "public" | "chats" | "deployment" | "admin";

export interface ExpectedRoute {
  readonly kind: RouteKind;
  /**
   * What somebody else's thing is answered with, who asks for it without being an admin or, where it is a chat, even then.
   * Absent: the route names no thing that belongs to somebody.
   */
  readonly foreign?: string;
  /** Without it the call is refused, whoever makes it. */
  readonly query?: string;
  /** Nothing changes, although it is not a `GET`. */
  readonly reads?: true;
  /** Also answered to those with whom the chat is shared. */
  readonly shown_to_readers?: true;
}

const chat = { kind: "chats", foreign: "404 chat_not_found" } as const;
const readable = { ...chat, shown_to_readers: true } as const;
const workspace = { kind: "chats", foreign: "404 workspace_not_found" } as const;
const mcpServer = { kind: "deployment", foreign: "404 mcp_server_not_found" } as const;
const chats = { kind: "chats" } as const;
const deployment = { kind: "deployment" } as const;
const admin = { kind: "admin" } as const;
const open = { kind: "public" } as const;

export const EXPECTED_ROUTES: Readonly<Record<string, ExpectedRoute>> = {
  "GET /": open,
  "GET /docs": open,
  "GET /openapi.json": open,
  "GET /healthz": open,
  "GET /readyz": open,
  // Where others can reach it, for admins alone: a test of its own.
  "GET /metrics": open,
  // Their own proof is the key, the session, or what the issuer sends back. The key of the example is nobody's.
  "GET /session": open,
  "POST /session": { ...open, foreign: "401 unauthenticated" },
  "DELETE /session": open,
  "GET /session/oidc": open,
  "GET /session/oidc/callback": open,
  // The link is the proof.
  "GET /shared/{token}": open,
  "GET /shared/{token}/stream": open,
  "GET /shared/{token}/files/{file}": open,

  "GET /v1/chats": chats,
  "POST /v1/chats": chats,
  "GET /v1/chats/watch": chats,
  "GET /v1/search": chats,
  "GET /v1/chats/{chat}": readable,
  "PATCH /v1/chats/{chat}": chat,
  "DELETE /v1/chats/{chat}": chat,
  "GET /v1/chats/{chat}/stream": readable,
  "POST /v1/chats/{chat}/stream-token": { ...readable, reads: true },
  "GET /v1/chats/{chat}/shares": chat,
  "POST /v1/chats/{chat}/shares": chat,
  "DELETE /v1/chats/{chat}/shares/{share}": chat,
  "GET /v1/chats/{chat}/messages": readable,
  "POST /v1/chats/{chat}/messages": chat,
  "GET /v1/chats/{chat}/messages/{message}": readable,
  "PATCH /v1/chats/{chat}/messages/{message}": chat,
  "GET /v1/chats/{chat}/turns": chat,
  "GET /v1/chats/{chat}/turns/{turn}": chat,
  "PATCH /v1/chats/{chat}/queue/{queued_message}": chat,
  "DELETE /v1/chats/{chat}/queue/{queued_message}": chat,
  "POST /v1/chats/{chat}/queue/{queued_message}/promote": chat,
  "POST /v1/chats/{chat}/interrupt": chat,
  "POST /v1/chats/{chat}/tool-results": chat,
  "POST /v1/chats/{chat}/approvals": chat,
  "POST /v1/chats/{chat}/answers": chat,
  "GET /v1/chats/{chat}/mcp-servers": chat,
  "POST /v1/chats/{chat}/title": chat,
  "POST /v1/chats/{chat}/refresh-context": chat,
  "POST /v1/chats/{chat}/compact": chat,
  "POST /v1/chats/{chat}/clear": chat,
  "POST /v1/chats/{chat}/regenerate": chat,
  "POST /v1/chats/{chat}/fork": chat,
  "GET /v1/chats/{chat}/cost": chat,
  "GET /v1/chats/{chat}/debug/runs": chat,
  "GET /v1/chats/{chat}/debug/runs/{run}": chat,

  // Each user's clients have names of their own: somebody else's name is one that is free.
  "POST /ai-sdk/chat": chats,
  "GET /ai-sdk/chat/{id}/stream": { kind: "chats", foreign: "204" },
  "GET /ai-sdk/chat/{id}/messages": { kind: "chats", foreign: "200" },
  "POST /ai-sdk/chat/{id}/stop": chat,

  "GET /v1/files": chats,
  "POST /v1/files": chats,
  // Readers of a share get only what its messages show: a test of its own.
  "GET /v1/files/{file}": { kind: "chats", foreign: "404 file_not_found" },
  "DELETE /v1/files/{file}": { kind: "chats", foreign: "404 file_not_found" },

  "GET /v1/workspaces": chats,
  "POST /v1/workspaces": chats,
  "GET /v1/workspaces/{workspace}": workspace,
  "DELETE /v1/workspaces/{workspace}": workspace,
  "POST /v1/workspaces/{workspace}/start": workspace,
  "POST /v1/workspaces/{workspace}/stop": workspace,
  "GET /v1/workspaces/{workspace}/files": workspace,
  "PUT /v1/workspaces/{workspace}/files": { ...workspace, query: "path=a.txt" },
  "POST /v1/workspaces/{workspace}/files": workspace,
  "POST /v1/workspaces/{workspace}/files/attach": workspace,
  "GET /v1/workspaces/{workspace}/changes": workspace,
  "GET /v1/workspaces/{workspace}/terminals": workspace,
  "POST /v1/workspaces/{workspace}/terminals": workspace,
  "DELETE /v1/workspaces/{workspace}/terminals/{terminal}": workspace,
  "GET /v1/workspaces/{workspace}/terminals/{terminal}/output": workspace,
  "POST /v1/workspaces/{workspace}/terminals/{terminal}/input": workspace,
  "POST /v1/workspaces/{workspace}/terminals/{terminal}/resize": workspace,
  "GET /v1/workspaces/{workspace}/builds/{build}/logs": workspace,
  "GET /v1/skills": chats,
  "GET /v1/tools": chats,
  "GET /v1/templates": chats,
  "GET /v1/templates/{template}": chats,

  "GET /v1/profiles": chats,
  "GET /v1/profiles/{profile}": chats,
  "POST /v1/profiles": admin,
  "PATCH /v1/profiles/{profile}": admin,
  "DELETE /v1/profiles/{profile}": admin,
  "GET /v1/projects": chats,
  "GET /v1/projects/{project}": chats,
  "POST /v1/projects": admin,
  "PATCH /v1/projects/{project}": admin,
  "DELETE /v1/projects/{project}": admin,

  "GET /v1/me": chats,
  "GET /v1/model-configs": chats,
  "GET /v1/model-configs/{model_config}": chats,
  "POST /v1/model-configs": admin,
  "PATCH /v1/model-configs/{model_config}": admin,
  "DELETE /v1/model-configs/{model_config}": admin,
  "GET /v1/model-providers": deployment,
  "GET /v1/model-providers/{model_provider}": deployment,
  "POST /v1/model-providers": admin,
  "PATCH /v1/model-providers/{model_provider}": admin,
  "DELETE /v1/model-providers/{model_provider}": admin,
  "POST /v1/model-providers/{model_provider}/test": admin,
  "GET /v1/model-providers/{model_provider}/quirks": admin,
  "DELETE /v1/model-providers/{model_provider}/quirks": admin,
  "GET /v1/mcp-servers": deployment,
  "POST /v1/mcp-servers": deployment,
  // The state is the proof.
  "GET /v1/mcp-servers/callback": open,
  "GET /v1/mcp-servers/{mcp_server}": mcpServer,
  "PATCH /v1/mcp-servers/{mcp_server}": mcpServer,
  "DELETE /v1/mcp-servers/{mcp_server}": mcpServer,
  "POST /v1/mcp-servers/{mcp_server}/test": mcpServer,
  "POST /v1/mcp-servers/{mcp_server}/connect": mcpServer,

  "GET /v1/me/settings": deployment,
  "PUT /v1/me/settings": deployment,
  "GET /v1/settings": admin,
  "PUT /v1/settings": admin,
  "GET /v1/usage": deployment,
  "GET /v1/users/{user}/limit": { kind: "deployment", foreign: "404 user_not_found" },
  "PUT /v1/users/{user}/limit": admin,

  "GET /v1/users": admin,
  "POST /v1/users": admin,
  "GET /v1/users/{user}": admin,
  "PATCH /v1/users/{user}": admin,
  "DELETE /v1/users/{user}": admin,
  "GET /v1/api-keys": deployment,
  "POST /v1/api-keys": deployment,
  "DELETE /v1/api-keys/{api_key}": { kind: "deployment", foreign: "404 api_key_not_found" },
  "GET /v1/sessions": deployment,
  "DELETE /v1/sessions/{session}": { kind: "deployment", foreign: "404 session_not_found" },
  "GET /v1/audit-log": admin,
  "GET /v1/workers": admin,
};
