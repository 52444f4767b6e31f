// The models on offer, in the shape that the asking SDK knows.
import type { IncomingMessage, ServerResponse } from "node:http";
import { errorBody } from "./encoders/wire-error.ts";
import type { JsonObject } from "./json.ts";
import { missingModel } from "./request/answer-request.ts";
import { sendJson } from "./send-json.ts";

const models = ["demo", "demo-slow"] as const;
const createdAtSeconds = 1_760_000_000;

/** Answers GET /v1/models and GET /v1/models/<id>. */
export function listModels(req: IncomingMessage, res: ServerResponse, path: string): void {
  const isAnthropic = req.headers["anthropic-version"] !== undefined;
  const describe = isAnthropic ? anthropicModel : openAiModel;
  const id = decodeURIComponent(path.slice("/v1/models".length).replace(/^\//, ""));
  if (id === "") {
    const data = models.map(describe);
    const page = { data, has_more: false, first_id: models[0], last_id: models.at(-1) };
    sendJson(res, { status: 200, body: isAnthropic ? page : { object: "list", data } });
  } else if (id === missingModel) {
    const error = { status: 404, message: `The model ${id} does not exist`, code: "model_not_found" };
    sendJson(res, { status: 404, body: errorBody(isAnthropic ? "anthropic" : "openai-chat", error) });
  } else sendJson(res, { status: 200, body: describe(id) });
}

function openAiModel(id: string): JsonObject {
  return { id, object: "model", created: createdAtSeconds, owned_by: "everturn" };
}

function anthropicModel(id: string): JsonObject {
  const created_at = new Date(createdAtSeconds * 1000).toISOString();
  return { type: "model", id, display_name: id, created_at };
}
