// The docs page begins each call with an example body; here every one of them is sent as it stands.
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { after, before, test } from "node:test";
import { startTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;

before(async () => {
  api = await startTestApi({ projectRoots: [tmpdir()] });
});

after(() => api.stop());

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly schema: { readonly example?: unknown } }[];
  readonly requestBody?: { readonly content: Record<string, { readonly example?: unknown }> };
}

/** Calls that the state of a chat just made refuses: what they say then. */
const REFUSED: Readonly<Record<string, string>> = {
  "post /v1/chats/{chat}/compact": "transition_refused",
  "post /v1/chats/{chat}/clear": "transition_refused",
  // It is not asked anything.
  "post /v1/chats/{chat}/tool-results": "not_awaiting_results",
  "post /v1/chats/{chat}/approvals": "not_awaiting_results",
  "post /v1/chats/{chat}/answers": "not_awaiting_results",
  // Nobody has the key of the example.
  "post /session": "unauthenticated",
  // The folder of the example is nowhere.
  "post /v1/projects": "project_path_refused",
  // No worker has built the workspace, the example's path is in no query, and nobody has the file of the example.
  "put /v1/workspaces/{workspace}/files": "invalid_request",
  "post /v1/workspaces/{workspace}/files": "file_not_found",
  "post /v1/workspaces/{workspace}/files/attach": "workspace_not_running",
  "post /v1/workspaces/{workspace}/terminals": "workspace_not_running",
  "post /v1/workspaces/{workspace}/terminals/{terminal}/input": "terminal_not_found",
  "post /v1/workspaces/{workspace}/terminals/{terminal}/resize": "terminal_not_found",
};

async function documented(): Promise<[string, Operation][]> {
  const { body } = await api.call("GET /openapi.json", { key: null });
  const paths = body.paths as Record<string, Record<string, Operation>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method} ${path}`,
      operation,
    ]),
  );
}

/** Things of the deployment that the examples are tried on, made by the examples themselves. */
async function makeThings(examples: ReadonlyMap<string, unknown>) {
  const make = async (path: string, changes: object = {}) => {
    const body = { ...(examples.get(`post ${path}`) as object), ...changes };
    const { status, body: made } = await api.call(`POST ${path}`, { body });
    assert.equal(status, 201, `POST ${path}: ${JSON.stringify(made)}`);
    return made;
  };
  const provider = await make("/v1/model-providers", { name: "of this test" });
  const config = await make("/v1/model-configs", { name: "of this test", provider_id: provider.id });
  const workspace = await make("/v1/workspaces", { name: "of-this-test" });
  const server = await make("/v1/mcp-servers", { slug: "of-this-test" });
  const project = await make("/v1/projects", { name: "of this test", path: tmpdir() });
  const profile = await make("/v1/profiles", { name: "of this test" });
  return {
    provider_id: provider.id,
    model_config: config.id,
    workspace: workspace.id,
    mcp_server: server.id,
    project: project.id,
    profile: profile.id,
  };
}

/** A running chat with a message behind the one that runs. */
async function makeChat() {
  const { body: chat } = await api.call("POST /v1/chats", { body: { content: "first" } });
  const path = `/v1/chats/${chat.id}/messages`;
  const { body: sent } = await api.call(`POST ${path}`, { body: { content: "second" } });
  return { chat: chat.id, message: chat.current_turn_id, queued_message: sent.queued_message.id };
}

test("every body that the docs page begins with is taken as it stands", async () => {
  const operations = await documented();
  const examples = new Map(
    operations.flatMap(([call, { requestBody }]) =>
      requestBody === undefined ? [] : [[call, requestBody.content["application/json"]?.example]],
    ),
  );
  const { provider_id, ...things } = await makeThings(examples);
  for (const [call, example] of examples) {
    assert.ok(example !== undefined, `${call} has no example`);
    const values: Record<string, string> = {
      ...things,
      ...(await makeChat()),
      model_provider: provider_id,
      user: api.ownerId,
      id: "my-chat",
    };
    const [method = "", path = ""] = call.split(" ");
    const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => String(values[name]));
    const isConfig = call === "post /v1/model-configs";
    const body = isConfig ? { ...(example as object), provider_id } : example;
    const response = await fetch(`${api.url}${filled}`, {
      method: method.toUpperCase(),
      headers: { authorization: `Bearer ${api.key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    if (response.ok) {
      await response.body?.cancel();
      continue;
    }
    const problem = (await response.json()) as { code: string };
    assert.equal(problem.code, REFUSED[call], `${call}: ${JSON.stringify(problem)}`);
  }
});

test("the docs page says where the key is, and prefills no id that exists nowhere", async () => {
  const { body } = await api.call("GET /openapi.json", { key: null });
  assert.match(body.components.securitySchemes.apiKey.description, /npm start.*EVERTURN_API_KEY/s);
  assert.match(body.info.description, /Authorize/);
  for (const [call, { parameters = [] }] of await documented()) {
    for (const one of parameters) {
      if (one.in === "path") assert.equal(one.schema.example, undefined, call);
    }
  }
});
