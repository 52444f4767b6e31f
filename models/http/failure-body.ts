// Reads what a provider wrote about its failure, through the wrappings of gateways. Pure; the body is untrusted.
import type { JsonObject } from "../../core/part/part.ts";
import { listOf, numberOf, objectOf, objectsOf, parseJson, textOf } from "./untrusted-json.ts";

export interface FailureBody {
  /** The status that the error itself names, from the outermost layer that does. */
  readonly status: number | null;
  /** Codes and types in lower case, innermost first, because it knows best. */
  readonly codes: readonly string[];
  /** In the provider's words, outermost first. */
  readonly text: string;
  /** Tokens of context that the server says it has (llama.cpp's n_ctx). */
  readonly context_limit: number | null;
  /** How long to wait, if the body says so (Google's RetryInfo): "34s". */
  readonly retry_delay: string | null;
}

/** How many wrappings are opened. A body may contain a circle. */
const layersMax = 6;

export function readBody(body: unknown): FailureBody {
  const layers = layersOf(body);
  const objects = objectsOf(layers);
  const inner = objects.toReversed();
  return {
    status: objects.map(statusOf).find((status) => status !== null) ?? null,
    codes: [...new Set(inner.flatMap(codesOf))],
    text: textOfLayers(layers),
    context_limit: inner.map((layer) => numberOf(layer["n_ctx"])).find((limit) => limit !== null) ?? null,
    retry_delay: inner.map(retryDelayOf).find((delay) => delay !== "") ?? null,
  };
}

/** The error and what it wraps, outermost first: an `error` field, a list of one, another provider's body as text. */
function layersOf(body: unknown): readonly unknown[] {
  const layers: unknown[] = [];
  let next: unknown = body;
  while (next !== undefined && next !== null && layers.length < layersMax && !layers.includes(next)) {
    layers.push(next);
    next = wrappedIn(next);
  }
  return layers;
}

function wrappedIn(layer: unknown): unknown {
  // Google sends its error in a list.
  if (Array.isArray(layer)) return layer[0];
  const fields = objectOf(layer);
  if (fields === null) return undefined;
  const nested = fields["error"] ?? fields["upstream_error"] ?? listOf(fields["errors"])[0];
  if (nested !== undefined && nested !== null) return nested;
  // OpenRouter keeps the body of the provider behind it as `raw`. Google's gateway puts Anthropic's into the message.
  const raw = objectOf(fields["metadata"])?.["raw"];
  return bodyInText(raw) ?? bodyInText(fields["message"]) ?? (textOf(raw) || undefined);
}

/** A text that is itself an error's body. */
function bodyInText(value: unknown): unknown {
  const text = textOf(value).trim();
  if (!/^[{[]/.test(text)) return undefined;
  const body = parseJson(text);
  return objectOf(body) !== null || Array.isArray(body) ? body : undefined;
}

function textOfLayers(layers: readonly unknown[]): string {
  const said = layers.map((layer, place) => wordsOf(layer, place === layers.length - 1));
  return [...new Set(said.filter((words) => words !== ""))].join(": ");
}

function wordsOf(layer: unknown, isInnermost: boolean): string {
  if (typeof layer === "string") return layer;
  const fields = objectOf(layer);
  if (fields === null) return "";
  const words = fields["message"] ?? fields["detail"] ?? fields["error_description"] ?? fields["msg"];
  if (words === undefined || words === null)
    return isInnermost && Object.keys(fields).length > 0 ? JSON.stringify(fields) : "";
  // The body in the text is a layer of its own.
  if (bodyInText(words) !== undefined) return isInnermost ? textOf(words) : "";
  return typeof words === "string" ? words : JSON.stringify(words);
}

function statusOf(fields: JsonObject): number | null {
  for (const name of ["status", "status_code", "statusCode", "code"]) {
    const status = Number(fields[name] ?? Number.NaN);
    if (Number.isInteger(status) && status >= 400 && status <= 599) return status;
  }
  return null;
}

/** Where servers put the code of an error, the finest first. */
const CODE_PLACES: readonly { readonly server: string; readonly place: readonly string[] }[] = [
  { server: "Anthropic", place: ["details", "error_code"] },
  { server: "Azure", place: ["innererror", "code"] },
  { server: "Azure behind LiteLLM", place: ["provider_specific_fields", "innererror", "code"] },
  { server: "OpenAI and most others", place: ["code"] },
  { server: "OpenAI and Anthropic", place: ["type"] },
  { server: "Google", place: ["status"] },
  { server: "gateways", place: ["error_type"] },
  { server: "OpenRouter", place: ["metadata", "error_type"] },
];

function codesOf(fields: JsonObject): readonly string[] {
  return (
    CODE_PLACES.map(({ place }) => place.reduce<unknown>((inner, name) => objectOf(inner)?.[name], fields))
      // Some use numbers as codes.
      .map((value) => (typeof value === "number" ? String(value) : textOf(value).toLowerCase()))
      .filter((code) => code !== "")
  );
}

function retryDelayOf(fields: JsonObject): string {
  return (
    objectsOf(fields["details"])
      .map((detail) => textOf(detail["retryDelay"]))
      .find((delay) => delay !== "") ?? ""
  );
}
