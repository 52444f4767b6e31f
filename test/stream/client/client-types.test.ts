// Tests: the client's types are those of the document, and every call of the document can be made.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Everturn } from "../../../client/index.ts";
import type { Chat, ChatView, Message, Part, QueuedMessage, Schemas } from "../../../client/types.ts";
import { currentDocument, openApiTypes, TYPES_FILE } from "../../support/client/openapi-types.ts";

/** Compiles only where the document's shape can be used as the reducer's. */
type Fits<Reducer, _Document extends Reducer> = true;
export type DocumentFitsReducer = [
  Fits<Chat, Schemas["Chat"]>,
  Fits<Message, Schemas["Message"]>,
  Fits<QueuedMessage, Schemas["QueuedMessage"]>,
  Fits<Part, Schemas["Message"]["content"][number]>,
  Fits<Pick<ChatView, "messages">, Schemas["MessagePage"]>,
];

/** Pages that a browser goes to by itself, and the protocol of other people's clients. */
const NOT_FOR_PROGRAMS = [
  /^get \/$/,
  /^get \/docs$/,
  /^get \/session\/oidc(\/callback)?$/,
  /^get \/v1\/mcp-servers\/callback$/,
  / \/ai-sdk\//,
];

test("client/openapi.ts is what the document says now", async () => {
  assert.equal(
    readFileSync(TYPES_FILE, "utf8"),
    await openApiTypes(),
    "renew it: node test/support/client/openapi-types.ts",
  );
});

test("every call of the document has a method of the client", async () => {
  const wanted = Object.entries(currentDocument().paths)
    .flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method} ${path}`))
    .filter((call) => !NOT_FOR_PROGRAMS.some((pattern) => pattern.test(call)));
  const made = await madeCalls();
  const missing = wanted.filter((call) => !made.some((one) => pattern(call).test(one)));
  assert.deepEqual(missing, []);
  assert.ok(wanted.length > 90, `${wanted.length} calls`);
});

/** `get /v1/chats/{chat}` → what an address of it looks like. A name in a path is no parameter, and a parameter no name. */
function pattern(call: string): RegExp {
  return new RegExp(`^${call.replaceAll(/\{\w+\}/g, "(given|7)").replaceAll(/[.]/g, "\\.")}$`);
}

/** Calls every method of every resource with arguments that fit all of them, and notes what is sent. */
async function madeCalls(): Promise<string[]> {
  const made: string[] = [];
  const client = new Everturn({
    baseUrl: "http://nowhere",
    retriesMax: 0,
    fetch: (url, init) => {
      made.push(`${init?.method?.toLowerCase()} ${new URL(url).pathname}`);
      return Promise.resolve(new Response("{}", { status: 418 }));
    },
  });
  const input = { id: 7, message: 7, data: "x", type: "text/plain", path: "x" };
  for (const call of methodsOf(client)) {
    for (const given of [
      ["given", input],
      ["given", "given"],
      [input, input],
    ]) {
      const asked = call(...given);
      await (isIterable(asked) ? asked.next() : Promise.resolve(asked)).catch(() => undefined);
    }
  }
  return made;
}

type AnyCall = (...given: readonly unknown[]) => unknown;

function methodsOf(client: Everturn): AnyCall[] {
  return Object.entries(client).flatMap(([name, resource]): AnyCall[] => {
    if (name === "request" || name === "raw") return [];
    if (typeof resource === "function") return [resource as AnyCall];
    return Object.entries(resource as Record<string, AnyCall>)
      .filter(([method]) => method !== "open")
      .map(([, method]) => method);
  });
}

function isIterable(value: unknown): value is AsyncGenerator {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
