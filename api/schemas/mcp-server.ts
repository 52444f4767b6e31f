// Schemas of MCP servers.
import { z } from "zod";
import { filledText, jsonObject, time, uuid } from "./common.ts";

const slugCharsMax = 32;
const nameCharsMax = 100;
const urlCharsMax = 2_000;
const toolNamesMax = 200;
const toolNameCharsMax = 256;
const argsMax = 100;
const argCharsMax = 4_000;
const secretCharsMax = 8_000;
const headersMax = 30;

const slug = z
  .string()
  .max(slugCharsMax)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "lower-case letters, digits and single hyphens")
  .meta({ description: "Its tools are called `slug__tool`" });
const name = filledText(nameCharsMax);
/** Goes into a header or an environment: no line ends, no U+0000. */
const secretText = z
  .string()
  .max(secretCharsMax)
  .regex(/^[\t\x20-\x7e]*$/, "must be printable ASCII without line ends");
const headers = z
  .record(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "no name of a header"), secretText)
  .refine((map) => Object.keys(map).length <= headersMax, `at most ${headersMax} headers`)
  .refine((map) => !Object.keys(map).some(isOurs), "Host, Content-*, Mcp-* and the like are ours");
const env = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, "no name of a variable"), secretText)
  .refine((map) => Object.keys(map).length <= headersMax, `at most ${headersMax} variables`);
const toolNames = z.array(z.string().min(1).max(toolNameCharsMax)).max(toolNamesMax);
const writeOnly = "Write only: stored encrypted, and never shown again";

/** Headers that the protocol or the connection sets. */
function isOurs(header: string): boolean {
  return /^(host|connection|content-.*|transfer-encoding|accept|mcp-.*)$/i.test(header);
}

const httpTransport = z.strictObject({
  type: z.literal("http"),
  url: z
    .string()
    .max(urlCharsMax)
    .meta({ description: "Of the MCP endpoint; link-local and metadata addresses are never allowed" }),
  headers: headers.optional().meta({ description: `${writeOnly}. Absent in a change: as they are` }),
});
const stdioTransport = z.strictObject({
  type: z.literal("stdio"),
  command: filledText(argCharsMax),
  args: z.array(z.string().max(argCharsMax)).max(argsMax).default([]),
  env: env.optional().meta({ description: `${writeOnly}. Absent in a change: as they are` }),
});
const transport = z.discriminatedUnion("type", [httpTransport, stdioTransport]);

const auth = z.enum(["none", "bearer", "oauth"]);
const token = secretText.min(1).meta({ description: `With \`bearer\`. ${writeOnly}` });
const oauth = z
  .strictObject({
    client_id: filledText(secretCharsMax).optional(),
    client_secret: secretText.min(1).optional().meta({ description: writeOnly }),
    scope: filledText(secretCharsMax).optional(),
  })
  .meta({ description: "With `oauth`; without a client id, Everturn registers itself" });
const owner = z
  .enum(["me", "deployment"])
  .meta({ description: "`deployment`: for everybody, made and changed by admins" });
const allow = toolNames.nullable().meta({ description: "As the server calls them. Null: all" });
const deny = toolNames.meta({ description: "As the server calls them; they win over `allow`" });

export const newMcpServer = z
  .strictObject({
    slug,
    name,
    transport,
    auth: auth.default("none"),
    token: token.optional(),
    oauth: oauth.optional(),
    allow: allow.default(null),
    deny: deny.default([]),
    enabled: z.boolean().default(true),
    owner: owner.default("me"),
  })
  .meta({ id: "NewMcpServer" });

export const mcpServerChange = z
  .strictObject({
    slug: slug.optional(),
    name: name.optional(),
    transport: transport.optional(),
    auth: auth.optional(),
    token: token.optional(),
    oauth: oauth.optional(),
    allow: allow.optional(),
    deny: deny.optional(),
    enabled: z.boolean().optional(),
  })
  .meta({ id: "McpServerChange" });

export const mcpServer = z
  .strictObject({
    id: uuid,
    slug: z.string(),
    name: z.string(),
    transport: z.discriminatedUnion("type", [
      z.strictObject({
        type: z.literal("http"),
        url: z.string().nullable().meta({ description: "Null: only admins see the deployment's" }),
        header_names: z.array(z.string()),
      }),
      z.strictObject({
        type: z.literal("stdio"),
        command: z.string().nullable(),
        args: z.array(z.string()),
        env_names: z.array(z.string()),
      }),
    ]),
    auth,
    has_token: z.boolean(),
    oauth: z
      .strictObject({
        client_id: z.string().nullable(),
        has_client_secret: z.boolean(),
        scope: z.string().nullable(),
      })
      .nullable(),
    authorized: z
      .boolean()
      .nullable()
      .meta({ description: "With `oauth`: whether you are signed in there. Null: it wants no sign-in" }),
    allow,
    deny,
    enabled: z.boolean(),
    owner,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "McpServer" });

export const mcpServerPage = z
  .strictObject({ items: z.array(mcpServer), next_cursor: z.string().nullable() })
  .meta({ id: "McpServerPage" });

export const mcpServerTest = z
  .strictObject({
    ok: z.boolean(),
    latency_ms: z.int(),
    message: z.string().meta({ description: "In words, for people" }),
    needs_sign_in: z.boolean(),
    tools: z.array(
      z.strictObject({
        name: z.string().meta({ description: "As the server calls it" }),
        tool_name: z.string().meta({ description: "As models call it" }),
        description: z.string(),
        parameters: jsonObject,
        read_only: z.boolean(),
        idempotent: z.boolean(),
        destructive: z.boolean(),
      }),
    ),
  })
  .meta({ id: "McpServerTest" });

export const mcpSignIn = z
  .strictObject({
    authorization_url: z.string().meta({ description: "Where you sign in, within ten minutes" }),
  })
  .meta({ id: "McpSignIn" });
