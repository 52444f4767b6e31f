// The columns of an MCP server from what a caller sends, checked: addresses, programs, and secrets that go along with them.
import type { z } from "zod";
import { Refusal } from "../../../core/chat/refusal.ts";
import { judgeProviderUrl } from "../../../platform/network/provider-address.ts";
import { UnsealError } from "../../../platform/secrets/crypto.ts";
import {
  boundToMcpServer,
  type McpServerFields,
  type McpServerRow,
} from "../../../store/access/mcp-servers.ts";
import type { McpSettings, StoredMcpSecrets } from "../../deps.ts";
import type { mcpServerChange, newMcpServer } from "../../schemas/mcp-server.ts";

type New = z.output<typeof newMcpServer>;
type Change = z.output<typeof mcpServerChange>;
type Transport = New["transport"];

const NO_SECRETS: StoredMcpSecrets = { headers: {}, env: {}, token: null, client_secret: null };

/** Throws `Refusal` `mcp_server_refused`. */
export function newFields(
  made: New,
  ownerId: string | null,
  mcp: McpSettings,
): (id: string) => McpServerFields {
  requireTransport(made.transport, ownerId, mcp);
  const secrets = secretsAfter(NO_SECRETS, made);
  requireAuth(made, made.transport, secrets);
  const { slug, name, enabled, allow, deny } = made;
  return (id) => ({
    slug,
    name,
    enabled,
    allow_tools: allow,
    deny_tools: deny,
    auth: made.auth,
    ...oauthColumns(made.auth, made.oauth, null),
    ...transportColumns(made.transport),
    ...secretColumns(id, secrets, mcp),
  });
}

/** Throws `Refusal` `mcp_server_refused`. */
export function changedFields(old: McpServerRow, change: Change, mcp: McpSettings): McpServerFields {
  const transport = change.transport ?? storedTransport(old);
  const auth = change.auth ?? old.auth;
  if (change.transport !== undefined) requireTransport(change.transport, old.owner_id, mcp);
  const known = openedSecrets(old, mcp);
  requireSecretsAnew({ old, transport, known, change });
  const secrets = secretsAfter(known, { ...change, transport, auth });
  requireAuth({ ...change, auth }, transport, secrets);
  return {
    slug: change.slug ?? old.slug,
    name: change.name ?? old.name,
    enabled: change.enabled ?? old.enabled,
    allow_tools: change.allow === undefined ? old.allow_tools : change.allow,
    deny_tools: change.deny ?? old.deny_tools,
    auth,
    ...oauthColumns(auth, change.oauth, old),
    ...transportColumns(transport),
    ...secretColumns(old.id, secrets, mcp),
  };
}

function requireTransport(transport: Transport, ownerId: string | null, mcp: McpSettings): void {
  if (transport.type === "http") return requireUrl(transport.url, mcp);
  // Users' programs run inside workspaces, where their owners may start whatever they like.
  if (ownerId === null && !mcp.allowStdio)
    refuse("transport.type", "programs are not started here: the deployment needs EVERTURN_MCP_STDIO=1");
  const hasNul = [transport.command, ...transport.args].some((text) => text.includes("\0"));
  if (hasNul) refuse("transport.command", "must not hold U+0000");
}

function requireUrl(text: string, { addressRules }: McpSettings): void {
  const url = URL.parse(text);
  if (url !== null && (url.username !== "" || url.password !== ""))
    refuse("transport.url", "must not hold a user name or password: give a header or a token");
  if (url !== null && url.hash !== "") refuse("transport.url", "must not hold a fragment");
  // Some servers are configured by their query, which leads nowhere else.
  const verdict = judgeProviderUrl(text.split("?", 1)[0] ?? "", addressRules);
  if (!verdict.ok) refuse("transport.url", verdict.reason);
  if (/[^\x21-\x7e]/.test(text)) refuse("transport.url", "must hold visible ASCII only");
}

function requireAuth(
  { auth, token, oauth }: Pick<Change, "auth" | "token" | "oauth">,
  transport: Transport,
  secrets: StoredMcpSecrets,
): void {
  if (auth !== "none" && transport.type === "stdio")
    refuse("auth", "a program gets its secrets by `transport.env`");
  if (auth === "bearer" && secrets.token === null) refuse("token", "is needed with `bearer`");
  if (auth !== "bearer" && token !== undefined) refuse("token", "is for `bearer`");
  if (auth !== "oauth" && oauth !== undefined) refuse("oauth", "is for `oauth`");
}

interface AnewInput {
  readonly old: McpServerRow;
  readonly transport: Transport;
  readonly known: StoredMcpSecrets;
  readonly change: Change;
}

/** Otherwise whoever may change a server could have its secrets sent to an address of their own, although nobody may read them. */
function requireSecretsAnew({ old, transport, known, change }: AnewInput): void {
  const before = storedTransport(old);
  const moves =
    transport.type === "http"
      ? transport.url !== old.url
      : transport.type !== before.type || !isSameProgram(transport, old);
  if (!moves) return;
  if (transport.type === "http" && Object.keys(known.headers).length > 0 && transport.headers === undefined)
    refuse("transport.headers", "are needed anew, or as {}, when the address changes");
  if (transport.type === "stdio" && Object.keys(known.env).length > 0 && transport.env === undefined)
    refuse("transport.env", "is needed anew, or as {}, when the program changes");
  if (known.token !== null && change.token === undefined && (change.auth ?? old.auth) === "bearer")
    refuse("token", "is needed anew when the address changes");
  if (known.client_secret !== null && change.oauth === undefined && (change.auth ?? old.auth) === "oauth")
    refuse("oauth", "is needed anew when the address changes");
}

function isSameProgram(transport: Transport & { type: "stdio" }, old: McpServerRow): boolean {
  return transport.command === old.command && JSON.stringify(transport.args) === JSON.stringify(old.args);
}

function storedTransport(row: McpServerRow): Transport {
  if (row.transport === "http") return { type: "http", url: row.url ?? "" };
  return { type: "stdio", command: row.command ?? "", args: [...row.args] };
}

function openedSecrets(row: McpServerRow, { secrets }: McpSettings): StoredMcpSecrets {
  if (row.secrets_sealed === null) return NO_SECRETS;
  try {
    const text = secrets.open(row.secrets_sealed, row.key_id, boundToMcpServer(row.id));
    return { ...NO_SECRETS, ...(JSON.parse(text) as Partial<StoredMcpSecrets>) };
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error;
    const words = "EVERTURN_SECRET_KEY does not open the stored secrets: delete the server and make it anew";
    throw new Refusal("mcp_server_refused", words, [{ path: "transport", message: words }]);
  }
}

function secretsAfter(
  known: StoredMcpSecrets,
  {
    transport,
    auth,
    token,
    oauth,
  }: Pick<Change, "token" | "oauth"> & { transport: Transport; auth: New["auth"] },
): StoredMcpSecrets {
  const client_secret = oauth === undefined ? known.client_secret : (oauth.client_secret ?? null);
  return {
    headers: transport.type === "http" ? (transport.headers ?? known.headers) : {},
    env: transport.type === "stdio" ? (transport.env ?? known.env) : {},
    token: auth === "bearer" ? (token ?? known.token) : null,
    client_secret: auth === "oauth" ? client_secret : null,
  };
}

function oauthColumns(auth: New["auth"], oauth: New["oauth"], old: McpServerRow | null) {
  if (auth !== "oauth") return { client_id: null, scope: null };
  if (oauth === undefined) return { client_id: old?.client_id ?? null, scope: old?.scope ?? null };
  return { client_id: oauth.client_id ?? null, scope: oauth.scope ?? null };
}

function transportColumns(transport: Transport) {
  if (transport.type === "http")
    return { transport: transport.type, url: transport.url, command: null, args: [] };
  const { type, command, args } = transport;
  return { transport: type, url: null, command, args };
}

function secretColumns(id: string, secrets: StoredMcpSecrets, mcp: McpSettings) {
  const { headers, env, token, client_secret } = secrets;
  const header_names = Object.keys(headers);
  const env_names = Object.keys(env);
  const isEmpty = token === null && client_secret === null && header_names.length + env_names.length === 0;
  return {
    secrets_sealed: isEmpty ? null : mcp.secrets.seal(JSON.stringify(secrets), boundToMcpServer(id)),
    key_id: isEmpty ? null : mcp.secrets.keyId,
    header_names,
    env_names,
    has_token: token !== null,
    has_client_secret: client_secret !== null,
  };
}

function refuse(path: string, message: string): void {
  throw new Refusal("mcp_server_refused", `${path}: ${message}`, [{ path, message }]);
}
