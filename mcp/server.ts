// An MCP server with its secrets opened, as a connection needs it.
import type { SecretBox } from "../platform/secrets/secret-box.ts";
import { boundToMcpServer, type McpServerRow } from "../store/access/mcp-servers.ts";

export type McpTransport =
  | { readonly type: "http"; readonly url: string; readonly headers: Readonly<Record<string, string>> }
  | {
      readonly type: "stdio";
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    };

export type McpAuth =
  | { readonly type: "none" }
  | { readonly type: "bearer"; readonly token: string }
  | {
      readonly type: "oauth";
      /** Null: the client registers itself. */
      readonly client_id: string | null;
      readonly client_secret: string | null;
      readonly scope: string | null;
    };

export interface McpServer {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly revision: number;
  readonly is_deployments: boolean;
  readonly transport: McpTransport;
  readonly auth: McpAuth;
  /** Null: all tools. */
  readonly allow: readonly string[] | null;
  readonly deny: readonly string[];
}

/** The secrets of a server, sealed as one text. */
interface McpSecrets {
  readonly headers: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly token: string | null;
  readonly client_secret: string | null;
}

const NO_SECRETS: McpSecrets = { headers: {}, env: {}, token: null, client_secret: null };

/** Throws `UnsealError` when the deployment's key does not open them. */
function openMcpSecrets(
  row: Pick<McpServerRow, "id" | "secrets_sealed" | "key_id">,
  secrets: Pick<SecretBox, "open">,
): McpSecrets {
  if (row.secrets_sealed === null) return NO_SECRETS;
  const text = secrets.open(row.secrets_sealed, row.key_id, boundToMcpServer(row.id));
  return { ...NO_SECRETS, ...(JSON.parse(text) as Partial<McpSecrets>) };
}

/** Throws `UnsealError`. */
export function openMcpServer(row: McpServerRow, secrets: Pick<SecretBox, "open">): McpServer {
  const opened = openMcpSecrets(row, secrets);
  const { id, slug, name, revision } = row;
  return {
    id,
    slug,
    name,
    revision,
    is_deployments: row.owner_id === null,
    transport: transportOf(row, opened),
    auth: authOf(row, opened),
    allow: row.allow_tools,
    deny: row.deny_tools,
  };
}

function transportOf(row: McpServerRow, { headers, env }: McpSecrets): McpTransport {
  if (row.transport === "http") return { type: "http", url: row.url ?? "", headers };
  return { type: "stdio", command: row.command ?? "", args: row.args, env };
}

function authOf({ auth, client_id, scope }: McpServerRow, { token, client_secret }: McpSecrets): McpAuth {
  if (auth === "oauth") return { type: "oauth", client_id, client_secret, scope };
  return auth === "bearer" ? { type: "bearer", token: token ?? "" } : { type: "none" };
}
