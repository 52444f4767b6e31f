// Shares a chat for reading: with users, or with whoever has a link (SPEC A10).
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { sharesPerChatMax } from "../../../core/chat/limits.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import { type AuditEntry, requireFewGrants } from "../../../store/access/audit-log.ts";
import { note } from "../../../store/access/audited.ts";
import {
  countShares,
  createShare,
  deleteShare,
  listShares,
  type NewShare,
  type ShareRow,
} from "../../../store/access/shares.ts";
import { readUserRoles } from "../../../store/access/users.ts";
import { type Tx, withTransaction } from "../../../store/database.ts";
import { lockChat } from "../../../store/row/chat-row.ts";
import type { ApiDeps } from "../../deps.ts";
import { storeFor } from "../../http/access/actor.ts";
import { type Route, route } from "../../http/route.ts";
import { time, uuid } from "../../schemas/common.ts";
import { chatPath, sharePath } from "../../schemas/params.ts";
import { showOwnChat } from "./show-chat.ts";

const tag = "Sharing";
const TOKEN_BYTES = 32;

const shareFields = z.strictObject({
  id: uuid,
  chat_id: uuid,
  user_id: uuid.nullable().meta({ description: "With whom; null: with whoever has the link" }),
  link: z.boolean(),
  created_by: uuid,
  created_at: time,
  expires_at: time.nullable(),
});
const share = shareFields.meta({ id: "Share" });
const madeShare = shareFields
  .extend({
    token: z.string().nullable().meta({ description: "Of a link: shown once, and stored nowhere" }),
    path: z.string().nullable().meta({ description: "Of a link: where the chat can be read" }),
  })
  .meta({ id: "MadeShare" });
const sharePage = z.strictObject({ items: z.array(share), next_cursor: z.null() }).meta({ id: "SharePage" });

const newShare = z
  .strictObject({
    user_id: uuid.toLowerCase().optional().meta({ description: "The user who may read the chat" }),
    link: z.literal(true).optional().meta({ description: "Whoever has the link may read the chat" }),
    expires_at: time.optional().meta({ description: "Absent: until it is taken back" }),
  })
  .refine((asked) => (asked.user_id === undefined) !== (asked.link === undefined), {
    path: ["user_id"],
    message: "a share is with a user or by a link: give one of `user_id` and `link`",
  })
  .refine((asked) => asked.expires_at === undefined || Date.parse(asked.expires_at) > Date.now(), {
    path: ["expires_at"],
    message: "must be in the future",
  })
  .meta({ id: "NewShare" });

export function shareRoutes(deps: ApiDeps): Route[] {
  return [list(deps), create(deps), remove(deps)];
}

function list(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/chats/{chat}/shares",
    summary: "List with whom a chat is shared",
    description: "For its owner. Newest first; shares past their time are listed, too.",
    tag,
    access: { area: "chats" },
    params: chatPath,
    responses: { 200: { description: "All shares", schema: sharePage } },
    refusals: ["chat_not_found"],
    async handler({ params, caller }) {
      const { pool } = deps.store;
      await showOwnChat(pool, { chat_id: params.chat, owner_id: caller.user.id }, deps.links);
      const items = (await listShares(pool, params.chat)).map(shown);
      return { status: 200, body: { items, next_cursor: null } };
    },
  });
}

function create(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/chats/{chat}/shares",
    summary: "Share a chat for reading",
    description: [
      "With a user, who then reads it with `GET /v1/chats/{chat}`, its messages and its stream, or by a link (`/shared/{token}`).",
      "Readers see transcript and stream: no settings, costs, workspaces, errors of providers or debug runs. They change nothing.",
    ].join(" "),
    tag,
    access: { area: "chats" },
    params: chatPath,
    body: newShare,
    example: { link: true },
    responses: { 201: { description: "The share; a link's token is shown here alone", schema: madeShare } },
    refusals: ["chat_not_found", "user_not_found", "too_many"],
    async handler(input) {
      const { params, body, caller } = input;
      const token = body.link === undefined ? null : randomBytes(TOKEN_BYTES).toString("base64url");
      const asked: NewShare = {
        chat_id: params.chat,
        created_by: caller.user.id,
        expires_at: body.expires_at ?? null,
        with: token === null ? { type: "user", user_id: body.user_id ?? "" } : { type: "link", token },
      };
      const made = await withTransaction(deps.store.pool, async (tx) => {
        await requireFewGrants(tx, caller.user);
        await requireRoom(tx, asked);
        const row = await createShare(tx, asked);
        await note(tx, storeFor(deps.store, input), entryOf("share.create", row));
        return row;
      });
      const path = token === null ? null : `/shared/${token}`;
      return { status: 201, body: { ...shown(made), token, path } };
    },
  });
}

function remove(deps: ApiDeps): Route {
  return route({
    method: "delete",
    path: "/v1/chats/{chat}/shares/{share}",
    summary: "Take a share back",
    description: "Open streams of its readers end, at once at this server and within a minute at others.",
    tag,
    access: { area: "chats" },
    params: sharePath,
    responses: { 204: { description: "Nobody reads the chat by it any more" } },
    refusals: ["chat_not_found", "share_not_found"],
    async handler(input) {
      const { caller } = input;
      const { chat: chat_id, share: share_id } = input.params;
      await withTransaction(deps.store.pool, async (tx) => {
        await showOwnChat(tx, { chat_id, owner_id: caller.user.id }, deps.links);
        const row = await deleteShare(tx, { chat_id, share_id });
        if (row === null) throw new Refusal("share_not_found");
        await note(tx, storeFor(deps.store, input), entryOf("share.delete", row));
      });
      deps.accessChanged();
      return { status: 204 };
    },
  });
}

/** Locks the chat, so that shares made at the same time are counted, too. */
async function requireRoom(tx: Tx, asked: NewShare): Promise<void> {
  const chat = await lockChat(tx, asked.chat_id);
  if (chat?.owner_id !== asked.created_by) throw new Refusal("chat_not_found");
  if (asked.with.type === "user") {
    const { user_id } = asked.with;
    // One's own id is no secret, and nothing is gained by sharing with oneself.
    if (user_id === asked.created_by || !(await readUserRoles(tx, [user_id])).has(user_id))
      throw new Refusal("user_not_found");
  }
  if ((await countShares(tx, asked.chat_id)) >= sharesPerChatMax)
    throw new Refusal("too_many", `a chat has at most ${sharesPerChatMax} shares`);
}

function entryOf(action: string, { id, chat_id, user_id, expires_at }: ShareRow): AuditEntry {
  return { action, target_type: "share", target_id: id, detail: { chat_id, user_id, expires_at } };
}

function shown({ id, chat_id, user_id, created_by, created_at, expires_at }: ShareRow) {
  return { id, chat_id, user_id, link: user_id === null, created_by, created_at, expires_at };
}
