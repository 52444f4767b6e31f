// An MCP server over stdio whose tools ask people, in the newer generation of the protocol, or in the older one (ASKING_OLD).
import { appendFileSync } from "node:fs";
import {
  type ElicitInputParams,
  inputRequired,
  McpServer,
  type ServerContext,
  UrlElicitationRequiredError,
} from "@modelcontextprotocol/server";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

const nothing = z.object({});
/** Each call leaves a line there, so that a test can count them. */
const journal = process.env["ASKING_JOURNAL"];

function note(...words: readonly unknown[]): void {
  if (journal !== undefined)
    appendFileSync(
      journal,
      `${words.map((word) => (typeof word === "string" ? word : JSON.stringify(word))).join(" ")}\n`,
    );
}

function said(text: string) {
  return { content: [{ type: "text" as const, text }] };
}

const where: ElicitInputParams = {
  message: "Which city?",
  requestedSchema: {
    type: "object",
    properties: {
      city: { type: "string", title: "City", minLength: 2, maxLength: 40 },
      nights: { type: "integer", minimum: 1 },
      room: { type: "string", enum: ["single", "double"] },
    },
    required: ["city"],
  },
};

function stateOf({ mcpReq }: ServerContext): string | undefined {
  return mcpReq.requestState() as string | undefined;
}

function create(): McpServer {
  const server = new McpServer({ name: "asking", version: "1.0.0" });
  server.registerTool("book", { description: "Books a room", inputSchema: nothing }, (_args, context) => {
    const answer = context.mcpReq.inputResponses?.["where"];
    if (answer === undefined) {
      note("book begun");
      return inputRequired({
        inputRequests: { where: inputRequired.elicit(where) },
        requestState: "ticket-\u0000-7",
      });
    }
    note("book answered", answer, stateOf(context) ?? "");
    return said(`booked ${JSON.stringify(answer)}`);
  });
  server.registerTool(
    "book_slowly",
    { description: "Never ends", inputSchema: nothing },
    async (_args, context) => {
      if (context.mcpReq.inputResponses === undefined) {
        return inputRequired({ inputRequests: { where: inputRequired.elicit(where) } });
      }
      note("book_slowly answered");
      return new Promise<never>(() => undefined);
    },
  );
  server.registerTool("twice", { description: "Asks twice", inputSchema: nothing }, (_args, context) => {
    const answers = context.mcpReq.inputResponses;
    note("twice", answers ?? {}, stateOf(context) ?? "");
    const sure = {
      message: "Sure?",
      requestedSchema: { type: "object", properties: { sure: { type: "boolean" } } },
    };
    if (answers === undefined)
      return inputRequired({ inputRequests: { where: inputRequired.elicit(where) }, requestState: "1" });
    if (stateOf(context) === "1") {
      const page = inputRequired.elicitUrl({ message: "Please pay.", url: "https://pay.example.com/7" });
      return inputRequired({
        inputRequests: { sure: inputRequired.elicit(sure as ElicitInputParams), page },
        requestState: "2",
      });
    }
    return said(JSON.stringify(answers));
  });
  server.registerTool(
    "busy",
    { description: "Wants to be called again", inputSchema: nothing },
    (_args, context) => {
      note("busy", stateOf(context) ?? "");
      return stateOf(context) === undefined
        ? inputRequired({ requestState: "later" })
        : said("not busy any more");
    },
  );
  server.registerTool("endless", { description: "Never has enough", inputSchema: nothing }, () => {
    note("endless");
    return inputRequired({ requestState: "again" });
  });
  server.registerTool("think", { description: "Wants a model", inputSchema: nothing }, () =>
    inputRequired({
      inputRequests: {
        think: inputRequired.createMessage({
          messages: [{ role: "user", content: { type: "text", text: "Hello" } }],
          maxTokens: 10,
        }),
      },
    }),
  );
  registerOld(server);
  return server;
}

/** As servers of the older generation ask: on the connection, while the call goes on. */
function registerOld(server: McpServer): void {
  const book = async (_args: object, { mcpReq }: ServerContext) => {
    note("old begun");
    const answer = await mcpReq.elicitInput({ ...where, mode: "form" } as never, {
      timeout: Number(process.env["ASKING_WAIT_MS"] ?? 60_000),
    });
    note("old answered", answer);
    return said(`booked ${JSON.stringify(answer)}`);
  };
  server.registerTool("book_old", { description: "Books a room", inputSchema: nothing }, book);
  server.registerTool(
    "crowd",
    { description: "Asks many times at once, then one after the other", inputSchema: nothing },
    async (_args, { mcpReq }) => {
      const ask = async () => (await mcpReq.elicitInput({ ...where, mode: "form" } as never)).action;
      const together = await Promise.all(Array.from({ length: 20 }, ask));
      const singly: string[] = [];
      for (let i = 0; i < 30; i++) singly.push(await ask());
      return said([...together, ...singly].join(" "));
    },
  );
  const reads = { readOnlyHint: true };
  server.registerTool(
    "look_old",
    { description: "Looks for a room", inputSchema: nothing, annotations: reads },
    book,
  );
  server.registerTool("nap", { description: "Takes a while", inputSchema: nothing }, async () => {
    note("nap begun");
    return new Promise<never>(() => undefined);
  });
  server.registerTool("pay", { description: "Wants a page opened", inputSchema: nothing }, () => {
    throw new UrlElicitationRequiredError([
      { mode: "url", message: "Please pay.", url: "https://pay.example.com/8", elicitationId: "8" },
    ]);
  });
}

if (process.env["ASKING_OLD"] === undefined) serveStdio(create);
else await create().connect(new StdioServerTransport());
