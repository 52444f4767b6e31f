// Reads what a server asks a person: outside input that people will see, so it is checked and bounded. Pure.
import { z } from "zod";
import { questionBytesMax, questionMessageBytesMax } from "../../core/chat/limits.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { headOf, jsonLength } from "../../core/text/truncate.ts";
import type { Question } from "../../core/tool/question.ts";

export type ReadQuestion =
  | { readonly ok: true; readonly question: Question }
  /** Nobody can be asked this; why, for the model. */
  | { readonly ok: false; readonly message: string; readonly why: string };

const about = { title: z.string().optional(), description: z.string().optional() };
const choice = z.object({ const: z.string(), title: z.string() });
const count = z.int().nonnegative().optional();

/** Forms are flat (https://modelcontextprotocol.io/specification, elicitation): other keywords are left out. */
const field = z.union([
  z.object({
    type: z.literal("string"),
    ...about,
    enum: z.array(z.string()).min(1),
    enumNames: z.array(z.string()).optional(),
    default: z.string().optional(),
  }),
  z.object({
    type: z.literal("string"),
    ...about,
    oneOf: z.array(choice).min(1),
    default: z.string().optional(),
  }),
  z.object({
    type: z.literal("array"),
    ...about,
    minItems: count,
    maxItems: count,
    items: z.union([
      z.object({ type: z.literal("string"), enum: z.array(z.string()).min(1) }),
      z.object({ anyOf: z.array(choice).min(1) }),
    ]),
    default: z.array(z.string()).optional(),
  }),
  z.object({ type: z.literal("boolean"), ...about, default: z.boolean().optional() }),
  z.object({
    type: z.literal("string"),
    ...about,
    // A choice that could not be read must not become a free text.
    enum: z.undefined().optional(),
    oneOf: z.undefined().optional(),
    minLength: count,
    maxLength: count,
    format: z.enum(["email", "uri", "date", "date-time"]).optional().catch(undefined),
    default: z.string().optional(),
  }),
  z.object({
    type: z.enum(["number", "integer"]),
    ...about,
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    default: z.number().optional(),
  }),
]);

const form = z
  .object({
    type: z.literal("object"),
    properties: z.record(z.string().min(1).max(256), field),
    required: z.array(z.string()).optional(),
  })
  // Nobody could accept another one.
  .refine(({ properties, required = [] }) => required.every((name) => Object.hasOwn(properties, name)));

/** As it came: what is left out of it counts, too. Reading one that is larger would stop this process for seconds. */
const requestedBytesMax = 4 * questionBytesMax;

const asked = z.union([
  z.object({ mode: z.literal("url"), message: z.string(), url: z.string() }),
  z.object({ mode: z.literal("form").optional(), message: z.string(), requestedSchema: z.unknown() }),
]);

/** @param params of `elicitation/create`, as the server sent them */
export function readQuestion(params: unknown): ReadQuestion {
  const { data, success } = asked.safeParse(params);
  if (!success) return { ok: false, message: "", why: "The question could not be read" };
  const message = headOf(data.message, questionMessageBytesMax).toWellFormed();
  const refused = (why: string): ReadQuestion => ({ ok: false, message, why });
  const question = data.mode === "url" ? pageOf(message, data.url) : formOf(message, data.requestedSchema);
  if (typeof question === "string") return refused(question);
  if (jsonLength(question) > questionBytesMax) return refused("The question is too large");
  return { ok: true, question };
}

function formOf(message: string, requested: unknown): Question | string {
  if (Buffer.byteLength(JSON.stringify(requested ?? null)) > requestedBytesMax)
    return "The question is too large";
  const { data, success } = form.safeParse(requested);
  if (!success) return "The form is not a flat one";
  // Without the members that are absent: they are no JSON.
  return { mode: "form", message, schema: JSON.parse(JSON.stringify(data)) as JsonObject };
}

/** Nothing but pages of the web: the address is shown as a link. */
function pageOf(message: string, address: string): Question | string {
  if (address.length > questionBytesMax) return "The question is too large";
  const url = URL.canParse(address) ? new URL(address) : null;
  const isPage = url !== null && (url.protocol === "https:" || url.protocol === "http:");
  // A name before the host makes an address look like that of somebody else.
  if (url !== null && (url.username !== "" || url.password !== "")) return "The address has a name in it";
  return isPage ? { mode: "url", message, url: url.href } : "The address is not that of a page";
}
