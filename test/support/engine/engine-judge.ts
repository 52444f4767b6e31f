// Judges calls of an HTTP API by its Swagger 2.0 document: paths, parameters, bodies and answers. Stricter than the format
// asks for: a field or parameter the document does not name is a fault, as engines ignore such fields silently.
import { Ajv2019, type ValidateFunction } from "ajv/dist/2019.js";

type Schema = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "body";
  readonly type?: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, { readonly schema?: Schema }>>;
}

export interface SwaggerDocument {
  readonly basePath: string;
  readonly definitions: Readonly<Record<string, Schema>>;
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface SeenCall {
  readonly method: string;
  /** With the version in front, if it had one. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined when there was none, "archive" for bytes. */
  readonly body: unknown;
}

export interface EngineJudge {
  /** What is wrong with the call, in words; empty when nothing is. */
  request(call: SeenCall): readonly string[];
  /** `body` is parsed JSON, undefined for none, a text or bytes for streams. */
  answer(call: SeenCall, status: number, body: unknown): readonly string[];
}

/** What engines do and the document forgot, each with where it was seen. */
const undocumentedAnswers: Readonly<Record<string, readonly number[]>> = {
  // The router of networks answers errdefs.Conflict for a name that is taken.
  "post /networks/create": [409],
  // As for every call whose body cannot be understood.
  "get /images/{name}/json": [400],
  "post /images/create": [400],
  // As for attach: the connection becomes the streams of the process.
  "post /exec/{id}/start": [101],
};

/** Calls with which the library sends a body that engines do not read. */
const unreadBodies: ReadonlySet<string> = new Set(["post /containers/{id}/attach"]);

export function createEngineJudge(document: SwaggerDocument): EngineJudge {
  const ajv = new Ajv2019({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: "engine", $defs: definitionsOf(document) });
  const operations = operationsOf(document);
  const compiled = new Map<Schema, ValidateFunction>();
  const faultsOf = (schema: Schema, value: unknown): string[] => {
    const validate = compiled.get(schema) ?? ajv.compile(closed(schema));
    compiled.set(schema, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      (fault) => `${fault.instancePath || "body"} ${fault.message} ${JSON.stringify(fault.params)}`,
    );
  };
  const find = (call: SeenCall): FoundOperation | string => findOperation(operations, document, call);

  return {
    request(call) {
      const found = find(call);
      if (typeof found === "string") return [found];
      const parameters = found.operation.parameters ?? [];
      const body = unreadBodies.has(found.name) ? undefined : call.body;
      return [...queryFaults(parameters, call.query), ...bodyFaults(parameters, body, faultsOf)];
    },
    answer(call, status, body) {
      const found = find(call);
      if (typeof found === "string") return [found];
      const documented = found.operation.responses[String(status)];
      if (documented === undefined)
        return undocumentedAnswers[found.name]?.includes(status) === true
          ? []
          : [`status ${status} is not documented for ${found.name}`];
      if (documented.schema === undefined || documented.schema["type"] === "string")
        return typeof body === "object" && body !== null ? [`${found.name} answers ${status} with JSON`] : [];
      if (call.method === "HEAD") return [];
      return faultsOf(documented.schema, body).map((fault) => `answer ${status} of ${found.name}: ${fault}`);
    },
  };
}

interface FoundOperation {
  /** `post /containers/create` */
  readonly name: string;
  readonly pattern: RegExp;
  readonly operation: Operation;
}

const methods = new Set(["get", "head", "post", "put", "delete"]);

function operationsOf(document: SwaggerDocument): FoundOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => methods.has(method))
      .map(([method, operation]) => ({
        name: `${method} ${path}`,
        pattern: patternOf(method, path),
        operation: operation as Operation,
      })),
  );
}

/** Only names of images contain slashes. */
function patternOf(method: string, path: string): RegExp {
  const parameter = path.startsWith("/images/") ? "(.+)" : "([^/]+)";
  return new RegExp(`^${method} ${path.replaceAll(/\{\w+\}/g, parameter)}$`);
}

function findOperation(
  operations: readonly FoundOperation[],
  document: SwaggerDocument,
  call: SeenCall,
): FoundOperation | string {
  const versioned = call.path.startsWith(`${document.basePath}/`);
  const path = versioned ? call.path.slice(document.basePath.length) : call.path;
  // Before the version is known only these two may be asked.
  if (!versioned && !["/version", "/_ping"].includes(path))
    return `${call.path} is not below ${document.basePath}`;
  const wanted = `${call.method.toLowerCase()} ${path}`;
  const fits = operations.filter(({ pattern }) => pattern.test(wanted));
  // `/networks/create` is also `/networks/{id}`: what names more of the path is meant.
  const [best] = fits.toSorted((one, other) => holes(one.name) - holes(other.name));
  return best ?? `${wanted} is not in the document`;
}

function holes(name: string): number {
  return name.split("{").length;
}

function queryFaults(parameters: readonly Parameter[], query: URLSearchParams): string[] {
  const known = parameters.filter((parameter) => parameter.in === "query");
  const faults = known
    .filter(({ required, name }) => required === true && !query.has(name))
    .map(({ name }) => `the parameter ${name} is missing`);
  for (const [name, value] of query) {
    const parameter = known.find((candidate) => candidate.name === name);
    if (parameter === undefined) faults.push(`the parameter ${name} is not documented`);
    else if (!isOfType(value, parameter.type)) faults.push(`${name}=${value} is no ${parameter.type}`);
    if (name === "filters" && !isFilterMap(value))
      faults.push(`filters=${value} is no map of lists of texts`);
  }
  return faults;
}

function isOfType(value: string, type: string | undefined): boolean {
  if (type === "boolean") return ["true", "false", "1", "0"].includes(value);
  if (type === "integer") return /^-?\d+$/.test(value);
  return true;
}

/** `filters` is "a JSON encoded value of the filters (a `map[string][]string`)". */
function isFilterMap(text: string): boolean {
  const map = JSON.parse(text) as Record<string, unknown>;
  return Object.values(map).every(
    (list) => Array.isArray(list) && list.every((value) => typeof value === "string"),
  );
}

function bodyFaults(
  parameters: readonly Parameter[],
  body: unknown,
  faultsOf: (schema: Schema, value: unknown) => string[],
): string[] {
  const parameter = parameters.find((candidate) => candidate.in === "body");
  if (body === undefined) return parameter?.required === true ? ["the body is missing"] : [];
  if (parameter?.schema === undefined) return ["a body is not documented"];
  return faultsOf(parameter.schema, body);
}

/** Each definition twice: as it is for use inside `allOf`, and closed against fields it does not name. */
function definitionsOf(document: SwaggerDocument): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(document.definitions).flatMap(([name, schema]) => [
      [`open.${name}`, translate(schema, true)],
      [`closed.${name}`, translate(schema, false)],
    ]),
  );
}

function closed(schema: Schema): Schema {
  return translate(schema, false);
}

/** From Swagger's dialect to JSON Schema 2019-09: `x-nullable`, references, and nothing beyond the named fields. */
function translate(schema: Schema, open: boolean): Schema {
  if (typeof schema["$ref"] === "string") {
    const name = schema["$ref"].replace("#/definitions/", "");
    const reference = { $ref: `engine#/$defs/${open ? "open" : "closed"}.${name}` };
    return schema["x-nullable"] === true ? { anyOf: [reference, { type: "null" }] } : reference;
  }
  const result: Record<string, unknown> = {};
  for (const key of ["type", "enum", "required", "minimum", "maximum"])
    if (schema[key] !== undefined) result[key] = schema[key];
  if (schema["items"] !== undefined) result["items"] = translate(schema["items"] as Schema, false);
  if (schema["properties"] !== undefined) result["properties"] = mapValues(schema["properties"] as Schema);
  if (Array.isArray(schema["allOf"]))
    result["allOf"] = schema["allOf"].map((part: Schema) => translate(part, true));
  const additional = schema["additionalProperties"];
  if (additional !== undefined)
    result["additionalProperties"] =
      typeof additional === "object" ? translate(additional as Schema, false) : additional;
  else if (!open && (schema["properties"] !== undefined || schema["allOf"] !== undefined))
    result["unevaluatedProperties"] = false;
  return schema["x-nullable"] === true ? { anyOf: [result, { type: "null" }] } : result;
}

function mapValues(properties: Schema): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, translate(schema as Schema, false)]),
  );
}
