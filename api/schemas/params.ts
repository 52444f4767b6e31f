// Schemas of paths and query strings.
import { z } from "zod";
import {
  labelCharsMax,
  labelsMax,
  snapshotMessagesDefault,
  snapshotMessagesMax,
} from "../../core/chat/limits.ts";
import { CHAT_STATUSES } from "../../core/chat/message.ts";
import { filledText, pageLimit, pathMessageId, queryNumber, shownAs, uuid } from "./common.ts";

const searchCharsMax = 200;
/** A template's name is the name of its folder. */
export const templateNameCharsMax = 255;

/** In lower case, since hubs and notifications compare ids as text. No example: the docs page would begin with an id that does
 * not exist. */
const id = uuid.toLowerCase().meta({ example: undefined });

export const chatPath = z.object({ chat: id });
export const messagePath = chatPath.extend({ message: pathMessageId });
export const queuedMessagePath = chatPath.extend({ queued_message: pathMessageId });
export const turnPath = chatPath.extend({ turn: pathMessageId });
export const sharePath = chatPath.extend({ share: id });
export const sessionPath = z.object({ session: id });
/** Of a share's link. */
export const sharedPath = z.object({ token: z.string().regex(/^[\w-]{20,100}$/) });
export const sharedFilePath = sharedPath.extend({ file: id });
export const filePath = z.object({ file: id });
export const debugRunPath = chatPath.extend({ run: id });
export const userPath = z.object({ user: id });
export const apiKeyPath = z.object({ api_key: id });
export const modelConfigPath = z.object({ model_config: id });
export const mcpServerPath = z.object({ mcp_server: id });
export const modelProviderPath = z.object({ model_provider: id });
export const profilePath = z.object({ profile: id });
export const projectPath = z.object({ project: id });
export const workspacePath = z.object({ workspace: id });
export const terminalPath = workspacePath.extend({ terminal: id });
export const buildPath = workspacePath.extend({ build: id });
/** Any folder name: a folder that is not a template is shown with its fault. */
export const templatePath = z.object({ template: z.string().max(templateNameCharsMax) });

const cursorCharsMax = 1_024;
/** Cursors of streams have at most 256 bytes. Longer texts are answered like any foreign cursor. */
const streamCursorCharsMax = 4_096;
/** Far longer than any token of ours. */
const streamTokenCharsMax = 4_096;
const label = z
  .string()
  .max(2 * labelCharsMax + 1)
  .regex(/^[^:]+:/, "expected key:value");

/** `key:value` pairs as a map. The value begins after the first colon. */
function toLabels(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const colon = pair.indexOf(":");
      return [pair.slice(0, colon), pair.slice(colon + 1)];
    }),
  );
}

const after = z
  .string()
  .max(cursorCharsMax)
  .optional()
  .meta({ description: "`next_cursor` of the page before" });

/** Of a list without filters. */
export const pageQuery = z.strictObject({ limit: pageLimit, after });

export const chatQuery = z.strictObject({
  q: z.string().max(searchCharsMax).optional().meta({ description: "Part of the title, in any case" }),
  label: z
    .union([label.transform((one) => [one]), z.array(label).max(labelsMax)])
    .default([])
    .transform(toLabels)
    .meta({
      description: "`key:value`; several must all be there",
      override: shownAs({ type: "array", items: { type: "string" }, anyOf: undefined, default: undefined }),
    }),
  status: z.enum(CHAT_STATUSES).optional(),
  project_id: id.optional().meta({ description: "Made for this project, deleted or not" }),
  workspace_id: id
    .optional()
    .meta({ description: "Used by the chat or by one of its descendants, deleted or not" }),
  archived: z
    .enum(["true", "false"])
    .default("false")
    .transform((value) => value === "true")
    .meta({ override: shownAs({ type: "boolean", enum: undefined, default: false }) }),
  limit: pageLimit,
  after,
});

/** Of a search in titles and messages. */
export const searchQuery = z.strictObject({
  q: filledText(searchCharsMax).meta({
    description: "Words that must all be there; the last may be the beginning of one",
  }),
  limit: pageLimit,
  after,
});

const anyId = queryNumber(0, Number.MAX_SAFE_INTEGER);

export const messageQuery = z.strictObject({
  before_id: anyId.optional().meta({ description: "Only messages before this one" }),
  after_id: anyId.optional().meta({ description: "Only messages after this one; alone: oldest first" }),
  limit: pageLimit,
});

/** Of the streams of chats, a shared one's among them. */
export const streamQuery = z.strictObject({
  after: z
    .string()
    .max(streamCursorCharsMax)
    .optional()
    .meta({ description: "A cursor; the header `Last-Event-ID` wins" }),
  messages: queryNumber(1, snapshotMessagesMax)
    .optional()
    .meta({ description: `Newest messages in the first snapshot, ${snapshotMessagesDefault} unless given` }),
});

export const ownStreamQuery = streamQuery.extend({
  read: z.enum(["true", "false"]).optional().meta({ description: "`false` leaves the read state as it is" }),
  token: z.string().max(streamTokenCharsMax).optional().meta({
    description: "Of `POST …/stream-token`, in place of a key: for `EventSource`, which sends no headers",
  }),
});
