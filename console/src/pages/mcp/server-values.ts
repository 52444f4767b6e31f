// An MCP server between the form, where all is text, and the call.
import type { BodyOf } from "../../../../client/index.ts";
import { changedFields } from "../parts/forms/changed-fields.ts";
import { linesOf } from "../parts/forms/lines.ts";
import type { McpServer } from "../parts/wire.ts";

type NewServer = BodyOf<"post", "/v1/mcp-servers">;
type ServerChange = BodyOf<"patch", "/v1/mcp-servers/{mcp_server}">;

export interface ServerValues {
  readonly name: string;
  readonly slug: string;
  readonly owner: McpServer["owner"];
  readonly type: "http" | "stdio";
  readonly url: string;
  /** `Name: value`, one a line. Empty while those that are stored stay. */
  readonly headers: string;
  readonly command: string;
  readonly args: string;
  /** `NAME=value`, one a line. */
  readonly env: string;
  readonly auth: McpServer["auth"];
  readonly token: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly scope: string;
  readonly only: boolean;
  readonly allow: string;
  readonly deny: string;
  readonly enabled: boolean;
}

export function toValues(server: McpServer | null): ServerValues {
  const transport = server?.transport;
  return {
    name: server?.name ?? "",
    slug: server?.slug ?? "",
    owner: server?.owner ?? "me",
    type: transport?.type ?? "http",
    url: transport?.type === "http" ? (transport.url ?? "") : "",
    headers: "",
    command: transport?.type === "stdio" ? (transport.command ?? "") : "",
    args: transport?.type === "stdio" ? transport.args.join("\n") : "",
    env: "",
    auth: server?.auth ?? "none",
    token: "",
    client_id: server?.oauth?.client_id ?? "",
    client_secret: "",
    scope: server?.oauth?.scope ?? "",
    only: server?.allow != null,
    allow: (server?.allow ?? []).join("\n"),
    deny: (server?.deny ?? []).join("\n"),
    enabled: server?.enabled ?? true,
  };
}

/** What could not even be sent. */
export function checkServer(values: ServerValues): Record<string, string> {
  const faults: Record<string, string> = {};
  if (values.type === "http" && pairsOf(values.headers, ":") === null)
    faults["headers"] = "Write each as Name: value.";
  if (values.type === "stdio" && pairsOf(values.env, "=") === null)
    faults["env"] = "Write each as NAME=value.";
  return faults;
}

export function toNew(values: ServerValues): NewServer {
  const { token, oauth, ...rest } = bodyOf(values);
  return {
    ...rest,
    owner: values.owner,
    ...(token === undefined ? {} : { token }),
    ...(oauth === undefined ? {} : { oauth }),
  };
}

export function toChange(server: McpServer, values: ServerValues): ServerChange {
  return changedFields(bodyOf(toValues(server)), bodyOf(values));
}

function bodyOf(values: ServerValues) {
  return {
    name: values.name.trim(),
    slug: values.slug.trim(),
    transport: transportOf(values),
    // Programs have no sign-in.
    auth: values.type === "stdio" ? "none" : values.auth,
    ...(values.type === "http" && values.auth === "bearer" && values.token !== ""
      ? { token: values.token }
      : {}),
    ...(values.type === "http" && values.auth === "oauth" ? { oauth: oauthOf(values) } : {}),
    allow: values.only ? linesOf(values.allow) : null,
    deny: linesOf(values.deny),
    enabled: values.enabled,
  };
}

function transportOf(values: ServerValues): NewServer["transport"] {
  if (values.type === "http") {
    const headers = pairsOf(values.headers, ":");
    const given = headers === null || Object.keys(headers).length === 0 ? {} : { headers };
    return { type: "http", url: values.url.trim(), ...given };
  }
  const env = pairsOf(values.env, "=");
  const given = env === null || Object.keys(env).length === 0 ? {} : { env };
  return { type: "stdio", command: values.command.trim(), args: linesOf(values.args), ...given };
}

function oauthOf({ client_id, client_secret, scope }: ServerValues) {
  return {
    ...(client_id.trim() === "" ? {} : { client_id: client_id.trim() }),
    ...(client_secret === "" ? {} : { client_secret }),
    ...(scope.trim() === "" ? {} : { scope: scope.trim() }),
  };
}

/** @returns null when a line has no such sign */
function pairsOf(text: string, sign: string): Record<string, string> | null {
  const pairs = linesOf(text).map((line) => {
    const at = line.indexOf(sign);
    return at < 1 ? null : ([line.slice(0, at).trim(), line.slice(at + 1).trim()] as const);
  });
  return pairs.includes(null) ? null : Object.fromEntries(pairs.filter((pair) => pair !== null));
}

/** The field that shows what the server says about a path of the body. */
export function fieldOf(path: string): string {
  const [first = "", ...rest] = path.split(".");
  const at = first === "transport" || first === "oauth" ? rest : [first, ...rest];
  return at.length === 0 ? (first === "oauth" ? "client_id" : "url") : at.join(".");
}
