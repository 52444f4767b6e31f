// Tests: the page docs/events.md, made from the schemas of the events. `node test/support/docs/event-reference.ts` writes it.
import { writeFileSync } from "node:fs";
import { z } from "zod";
import {
  buildLogEvents,
  chatEvents,
  type EventSpec,
  feedEvents,
  terminalEvents,
} from "../../../api/schemas/stream-events.ts";

export const eventReferencePath = new URL("../../../docs/events.md", import.meta.url);

const INTRO = `# Event reference

Every event of every stream, with its fields and an example. This page is made from the schemas in
[api/schemas/stream-events.ts](../api/schemas/stream-events.ts), and a test keeps it up to date. The same schemas are in
\`/openapi.json\`: one component for each event (\`ChatStreamMessages\`, \`FeedCreated\`, \`BuildLogEnd\` …) and one for each stream
(\`ChatStream\`, \`Feed\`, \`BuildLog\`), to which the \`text/event-stream\` responses refer.

How to read a stream, resume it and survive restarts: [Reading streams](streaming.md). What AI SDK clients get instead:
[AI SDK](ai-sdk.md).

An event is one frame: \`event:\` has its name, \`data:\` its fields as JSON, and \`id:\`, where present, the cursor to resume from.
\`Chat\`, \`Message\` and \`QueuedMessage\` are the objects that the REST API answers with. A field marked with \`?\` may be absent.
In the examples \`…\` stands for the other fields of a chat.
`;

interface Stream {
  readonly title: string;
  readonly intro: string;
  readonly events: Readonly<Record<string, EventSpec>>;
}

const STREAMS: readonly Stream[] = [
  {
    title: "`GET /v1/chats/{chat}/stream`",
    intro: `A snapshot comes first: \`history_reset\` (unless you resumed), \`chat\`, \`messages\`, \`queue_update\`, \`status\`, then \`error\`, \`retry\` or
\`action_required\` where they apply, then \`preview_reset\` and \`message_part\` for what is being written, and \`caught_up\`. After a
resume the parts of the answer follow \`caught_up\`. One change of the chat is told in this order: \`messages\`, \`queue_update\`,
\`status\`, \`error\`, \`action_required\`, \`retry\`, \`preview_reset\`, \`chat\`.`,
    events: chatEvents,
  },
  {
    title: "`GET /v1/chats/watch`",
    intro: `\`snapshot\` comes first, unless you resumed. Every change then carries the whole chat. Events may repeat: take a chat unless you
have one with a newer \`snapshot_version\`. A change that several names fit has the first of \`action_required\`, \`archived\`,
\`status_change\`, \`queue_change\`, \`title_change\`, \`summary_change\`, \`read_change\`.`,
    events: feedEvents,
  },
  {
    title: "`GET /v1/workspaces/{workspace}/builds/{build}/logs`",
    intro: "Every line of the log from the first, or from where you resumed, then `end`.",
    events: buildLogEvents,
  },
  {
    title: "`GET /v1/workspaces/{workspace}/terminals/{terminal}/output`",
    intro:
      "`terminal` first, then what is kept of the output, or what follows the place where you resumed, then what the shell prints.",
    events: terminalEvents,
  },
];

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

export function renderEventReference(): string {
  return [INTRO, ...STREAMS.map(renderStream)].join("\n");
}

function renderStream({ title, intro, events }: Stream): string {
  const sections = Object.entries(events).map(([name, spec]) => renderEvent(name, spec));
  return [`## ${title}\n`, `${intro}\n`, ...sections].join("\n");
}

function renderEvent(name: string, { about, data, example }: EventSpec): string {
  const schema = z.toJSONSchema(data, { io: "input" }) as Schema;
  const rows = Object.entries(schema.properties ?? {}).map(([field, value]) => {
    const mark = schema.required?.includes(field) === true ? "" : "?";
    return `| \`${field}${mark}\` | ${typeOf(value, schema)} | ${value.description ?? ""} |`;
  });
  return [
    `### ${name}\n`,
    `${about}\n`,
    "| field | type | meaning |",
    "|---|---|---|",
    ...rows,
    "",
    "```",
    `event: ${name}`,
    `data: ${JSON.stringify(shortened(example)).replaceAll('"…":"…"', "…")}`,
    "```\n",
  ].join("\n");
}

/** Chats are long, and the same in every example. */
function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== "object" || value === null) return value;
  if ("root_chat_id" in value && "id" in value && "title" in value) {
    const { id, title, status } = value as unknown as Record<string, unknown>;
    return { id, title, status, "…": "…" };
  }
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, shortened(field)]));
}

function typeOf(schema: Schema, root: Schema): string {
  const name = schema.$ref?.split("/").at(-1);
  const named = name === undefined ? undefined : root.$defs?.[name];
  if (name !== undefined && named?.oneOf === undefined) return `\`${name}\``;
  const choices = schema.anyOf ?? schema.oneOf ?? named?.oneOf;
  if (choices !== undefined) return choices.map((each) => typeOf(each, root)).join(" or ");
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((each) => `\`${JSON.stringify(each)}\``).join(" or ");
  if (schema.type === "array" && schema.items !== undefined) return `list of ${typeOf(schema.items, root)}`;
  if (schema.properties !== undefined) return fieldsOf(schema);
  if (schema.format === "date-time") return "time";
  return schema.type === undefined ? "any JSON" : [schema.type].flat().join(" or ");
}

/** An object inside an event, by the names of its fields. */
function fieldsOf({ properties = {}, required = [] }: Schema): string {
  const names = Object.entries(properties).map(([name, { const: value }]) => {
    if (value !== undefined) return `${name}: ${JSON.stringify(value)}`;
    return required.includes(name) ? name : `${name}?`;
  });
  return `\`{${names.join(", ")}}\``;
}

if (import.meta.main) writeFileSync(eventReferencePath, renderEventReference());
