// Tokens with which an `EventSource`, which can send no headers, opens the stream of one chat (SPEC A7). They are sealed, not
// stored: they live for a minute, so there is nothing to list or to end, and whoever has made one is asked for again.
import type { Request } from "express";
import { z } from "zod";
import { SCOPES, USER_ROLES } from "../../core/access/access.ts";
import type { SecretBox } from "../../platform/secrets/secret-box.ts";
import type { Recognise } from "../http/access/authenticate.ts";
import { type Caller, holderOf, isPast } from "../http/access/caller.ts";
import type { ReadRights } from "../http/access/read-rights.ts";
import { readQuery } from "../http/read-query.ts";
import { createTickets } from "./tickets.ts";

/** To connect, not to stay: the stream goes on. */
const connectWithinMs = 60_000;
const STREAM_PATH = /^\/v1\/chats\/([0-9a-f-]{36})\/stream$/i;

const expires_at = z.string().nullable();
const ofWhom = z.object({
  user: z.object({ id: z.string(), name: z.string(), role: z.enum(USER_ROLES) }),
  scope: z.enum(SCOPES),
  by: z.discriminatedUnion("type", [
    z.object({
      type: z.literal("key"),
      key_id: z.string(),
      key_name: z.string(),
      key_prefix: z.string(),
      expires_at,
    }),
    z.object({ type: z.literal("session"), session_id: z.string(), expires_at }),
    z.object({ type: z.literal("oidc"), expires_at }),
  ]),
});
const streamToken = z.object({ chat_id: z.string(), of: ofWhom });

export interface StreamTokens {
  /** For a caller who may read the chat. */
  write(chatId: string, caller: Caller): { readonly token: string; readonly expires_at: string };
  /** Recognises requests that bring such a token. */
  readonly recognise: Recognise;
}

export interface StreamTokensInput {
  readonly secrets: Pick<SecretBox, "seal" | "openAny">;
  readonly readRights: ReadRights;
  readonly now: () => number;
}

export function createStreamTokens({ secrets, readRights, now }: StreamTokensInput): StreamTokens {
  const tickets = createTickets({ secrets, purpose: "stream-token", schema: streamToken });
  return {
    write(chat_id, { user, scope, by }) {
      // No stream is opened with a token in order to get another one.
      if (by.type === "stream-token") throw new TypeError("a stream token gives no stream token");
      const until = new Date(now() + connectWithinMs);
      const token = tickets.write({ chat_id, of: { user, scope, by } }, until);
      return { token, expires_at: until.toISOString() };
    },
    async recognise(request) {
      const asked = askedStream(request);
      if (asked === null) return null;
      const ticket = tickets.read(asked.token, new Date(now()));
      if (ticket === null) return { refused: "the stream token is unknown or too old: ask for another one" };
      const { of, chat_id } = ticket;
      if (chat_id !== asked.chat_id) return { refused: "the stream token is for another chat" };
      const rights = (await readRights([of])).get(holderOf(of));
      if (rights === undefined || isPast(of.by, now()))
        return { refused: "who made the stream token may not come in any more" };
      const by = { type: "stream-token", chat_id, of: of.by, expires_at: of.by.expires_at } as const;
      return { user: { ...of.user, role: rights.role }, scope: rights.scope, by };
    },
  };
}

/** The chat whose stream is asked for, with the token for it; null for all other requests. */
function askedStream(request: Request): { readonly chat_id: string; readonly token: string } | null {
  if (request.method !== "GET" && request.method !== "HEAD") return null;
  const chatId = STREAM_PATH.exec(request.baseUrl + request.path)?.[1];
  if (chatId === undefined) return null;
  const { token } = readQuery(request.url);
  return typeof token === "string" ? { chat_id: chatId.toLowerCase(), token } : null;
}
