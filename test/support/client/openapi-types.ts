// Tests: the types of the OpenAPI document, as the client package keeps them in client/openapi.ts.
//
// Renew them: node test/support/client/openapi-types.ts
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { allRoutes } from "../../../api/all-routes.ts";
import type { ApiDeps } from "../../../api/deps.ts";
import { openApiDocument } from "../../../api/http/openapi.ts";

export const TYPES_FILE = fileURLToPath(new URL("../../../client/openapi.ts", import.meta.url));

const HEADER = `// Generated from the OpenAPI document by test/support/client/openapi-types.ts. Do not edit.
import type { JsonValue } from "../core/part/part.ts";
`;

interface Operation {
  parameters?: { readonly in: string; readonly name: string }[];
  readonly responses: Record<string, unknown>;
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** The document that a running API answers at /openapi.json. */
export function currentDocument(): OpenApiDocument {
  return JSON.parse(openApiDocument(allRoutes(standIn()))) as OpenApiDocument;
}

/** The text of client/openapi.ts. */
export async function openApiTypes(): Promise<string> {
  // It brings a compiler of its own, so it is a package of the tests alone.
  const { default: generate, astToString } = await import("../../clients/openapi-types.mjs");
  const document = currentDocument();
  const keyed = keyedOperations(document);
  forgetProblems(document);
  const ast = await generate(JSON.stringify(document), { immutable: true, defaultNonNullable: false });
  return [
    HEADER,
    "/** Calls that take an Idempotency-Key, and so can be repeated safely. */",
    `export const keyedOperations: ReadonlySet<string> = new Set(${JSON.stringify(keyed, null, 2)});\n`,
    withJson(withoutNothing(astToString(ast))),
  ].join("\n");
}

/** Routes keep what they need until they are called, and a document calls none. */
function standIn(): ApiDeps {
  const nothing: unknown = new Proxy(() => undefined, {
    get: (_target, name) => (name === Symbol.toPrimitive ? () => "" : nothing),
    apply: () => nothing,
  });
  return nothing as ApiDeps;
}

function keyedOperations(document: OpenApiDocument): string[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { parameters }]) => parameters?.some(({ name }) => name === "Idempotency-Key"))
      .map(([method]) => `${method} ${path}`),
  );
}

/** Refusals have one shape, the same in each operation: the client throws them. The header is the client's own business. */
function forgetProblems(document: OpenApiDocument): void {
  for (const operation of Object.values(document.paths).flatMap((each) => Object.values(each))) {
    for (const status of Object.keys(operation.responses)) {
      if (Number(status) >= 400) delete operation.responses[status];
    }
    if (operation.parameters !== undefined)
      operation.parameters = operation.parameters.filter((each) => each.in !== "header");
  }
}

/** Leaves out what says that something is not there: it would be a third of the file. */
function withoutNothing(types: string): string {
  return types
    .replaceAll(/^ *readonly \w+\?: never;\n/gm, "")
    .replaceAll(/^ *headers: \{\n *readonly \[name: string\]: unknown;\n *\};\n/gm, "")
    .replaceAll(/^ *readonly parameters: \{\n *\};\n/gm, "");
}

/** What may be any JSON is called so, as the reducer's types do. */
function withJson(types: string): string {
  return types
    .replace(/readonly __schema0: [^;]*?\{[^}]*\};/, "readonly __schema0: JsonValue;")
    .replaceAll('components["schemas"]["__schema0"]', "JsonValue")
    .replaceAll("[key: string]: unknown;", "[key: string]: JsonValue | undefined;")
    .replaceAll(": unknown;", ": JsonValue;");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(TYPES_FILE, await openApiTypes());
