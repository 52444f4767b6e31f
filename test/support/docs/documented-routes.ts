// Tests: every operation of the OpenAPI document, with addresses that lead somewhere: what is sent there gets past the 404.
import { createProject } from "../../../store/workspace/projects.ts";
import type { TestApi } from "../api.ts";

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface DocumentedRoute {
  readonly method: string;
  /** As the document has it: `/v1/chats/{chat}`. */
  readonly template: string;
  /** With things that exist in the place of its parameters. */
  readonly path: string;
  readonly path_names: readonly string[];
  readonly query_names: readonly string[];
  readonly has_body: boolean;
  /** Every field's name that the body's schema knows, at any depth. */
  readonly field_names: readonly string[];
}

/** The id of nothing. */
const NOTHING = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";

/** All operations that need a key. */
export async function documentedRoutes(api: TestApi): Promise<DocumentedRoute[]> {
  const document = (await api.call("GET /openapi.json", { key: null })).body as OpenApi;
  const places = await makePlaces(api);
  return Object.entries(document.paths)
    .filter(([template]) => template.startsWith("/v1") || template.startsWith("/ai-sdk"))
    .flatMap(([template, operations]) =>
      Object.entries(operations).map(([method, operation]): DocumentedRoute => {
        const schema = operation.requestBody?.content["application/json"]?.schema;
        const named = (where: string) =>
          (operation.parameters ?? []).filter((each) => each.in === where).map(({ name }) => name);
        return {
          method: method.toUpperCase(),
          template,
          path: template.replace(/\{(\w+)\}/g, (_all, name: string) => places[name] ?? NOTHING),
          path_names: named("path"),
          query_names: named("query"),
          has_body: schema !== undefined,
          field_names: schema === undefined ? [] : [...namesIn(schema, document)],
        };
      }),
    );
}

/** @param seen the named schemas on the way here: that of any JSON holds itself */
function namesIn(schema: Schema, document: OpenApi, seen: readonly string[] = []): Set<string> {
  const name = schema.$ref?.split("/").at(-1);
  if (name !== undefined && seen.includes(name)) return new Set();
  const inner = name === undefined ? seen : [...seen, name];
  const known = name === undefined ? schema : (document.components.schemas[name] as Schema);
  const parts = [...(known.anyOf ?? []), ...(known.oneOf ?? []), ...(known.items ? [known.items] : [])];
  const properties = Object.entries(known.properties ?? {});
  return new Set([
    ...properties.flatMap(([field, inside]) => [field, ...namesIn(inside, document, inner)]),
    ...parts.flatMap((part) => [...namesIn(part, document, inner)]),
  ]);
}

/** One of each thing that a path can name. */
async function makePlaces(api: TestApi): Promise<Readonly<Record<string, string>>> {
  const made = async (what: string, body: object) => (await api.call(what, { body })).body;
  const chat = (await made("POST /v1/chats", { content: "hello" })).id as string;
  const queued = (await made(`POST /v1/chats/${chat}/messages`, { content: "next" })).queued_message;
  const { messages } = (await api.call(`GET /v1/chats/${chat}/messages`)).body;
  const provider = await made("POST /v1/model-providers", {
    name: "own",
    kind: "openai-compatible",
    base_url: "https://models.example.com/v1",
  });
  const config = await made("POST /v1/model-configs", { name: "own", provider_id: provider.id, model: "m" });
  // Nothing listens there: a test of the server ends at once.
  const transport = { type: "http", url: "http://127.0.0.1:1/mcp" };
  const server = await made("POST /v1/mcp-servers", { slug: "own", name: "own", transport });
  // Made past the route, which wants a folder of this machine.
  const project = await createProject(api.deps.store, { name: "own", path: "/srv/own" });
  const profile = await made("POST /v1/profiles", { name: "own" });
  const share = await made(`POST /v1/chats/${chat}/shares`, { link: true });
  const session = await made("POST /session", { api_key: api.key });
  const workspace = await made("POST /v1/workspaces", { template: "blank" });
  const file = await made("POST /v1/files", { some: "JSON" });
  return {
    chat,
    message: String(messages[0].id),
    turn: String(messages[0].turn_id),
    queued_message: String(queued.id),
    model_provider: provider.id,
    model_config: config.id,
    mcp_server: server.id,
    project: project.id,
    profile: profile.id,
    share: share.id,
    session: session.id,
    workspace: workspace.id,
    build: workspace.build.id,
    template: "blank",
    user: api.ownerId,
    file: file.id,
    id: "client-chat",
  };
}
