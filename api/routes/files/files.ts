// Upload, list, download and delete files (SPEC C5).

import { z } from "zod";
import { fileBytesMax } from "../../../core/chat/limits.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import {
  defaultFileName,
  kindOf,
  MEDIA_TYPES,
  type MediaType,
  mediaTypeOf,
} from "../../../core/file/media-type.ts";
import { findChatsSharedWith } from "../../../store/access/shares.ts";
import { deleteFile, type FileRow, findChatFile, findOwnFile, listFiles } from "../../../store/file/files.ts";
import type { ApiDeps } from "../../deps.ts";
import { bodyChunks, unsupported } from "../../http/body/read-body.ts";
import { listCursor } from "../../http/list-cursor.ts";
import { type RawExchange, type Route, route } from "../../http/route.ts";
import { file, filePage, uploadQuery } from "../../schemas/file.ts";
import { filePath, pageQuery } from "../../schemas/params.ts";
import { sendStored } from "./send-file.ts";

const tag = "Files";
const cursor = listCursor({ id: z.uuid() });

export function fileRoutes(deps: ApiDeps): Route[] {
  return [upload(deps), list(deps), download(deps), remove(deps)];
}

function upload(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/files",
    summary: "Upload a file",
    description: `The body is the file itself, at most ${fileBytesMax / 1024 ** 2} MiB, and \`Content-Type\` says what it is. Bytes that are something else are refused. Send the \`id\` in a message: {"type": "file", "file_id": …}. A file that no message names goes after a day.`,
    tag,
    access: { area: "chats" },
    query: uploadQuery,
    raw_body: MEDIA_TYPES,
    responses: { 201: { description: "The file", schema: file } },
    refusals: ["file_refused", "file_quota_reached"],
    async handler({ query, caller, raw }) {
      const media_type = declaredType(raw);
      const row = await deps.files.keep({
        owner_id: caller.user.id,
        name: query.name ?? defaultFileName(media_type),
        media_type,
        origin: "upload",
        bytes: bodyChunks(raw.request, fileBytesMax),
      });
      return { status: 201, body: toFile(row) };
    },
  });
}

/** @throws Refusal `unsupported_media_type` */
function declaredType({ request }: RawExchange): MediaType {
  const declared = request.get("Content-Type") ?? "";
  const type = mediaTypeOf(declared);
  if (type === null)
    throw unsupported("Content-Type", `say what the file is, with one of ${MEDIA_TYPES.join(", ")}`);
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(declared)?.[1]?.toLowerCase();
  if (kindOf(type) === "text" && charset !== undefined && !["utf-8", "utf8", "us-ascii"].includes(charset))
    throw unsupported("Content-Type", "text is taken as UTF-8");
  return type;
}

function list(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/files",
    summary: "List the caller's files, newest first",
    description: "What was uploaded, and what tools made in the caller's chats.",
    tag,
    access: { area: "chats" },
    query: pageQuery,
    responses: { 200: { description: "A page of files", schema: filePage } },
    refusals: ["invalid_cursor"],
    async handler({ query, caller }) {
      const page = await listFiles(deps.store.pool, {
        owner_id: caller.user.id,
        limit: query.limit,
        after: query.after === undefined ? undefined : cursor.read(query.after).id,
      });
      const next_cursor = page.next === null ? null : cursor.write({ id: page.next });
      return { status: 200, body: { items: page.items.map(toFile), next_cursor } };
    },
  });
}

function download(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/files/{file}",
    summary: "Download a file",
    description:
      "For its owner, and for users with whom a chat is shared whose messages show it. Always as an attachment.",
    tag,
    access: { area: "chats" },
    params: filePath,
    responses: {
      200: { description: "Its bytes, under its own type", content_type: "application/octet-stream" },
    },
    refusals: ["file_not_found"],
    async handler({ params, caller, raw }) {
      const row = await findReadable(deps, params.file, caller.user.id);
      return sendStored(deps, raw.response, row);
    },
  });
}

async function findReadable({ store }: ApiDeps, id: string, user_id: string): Promise<FileRow> {
  const { pool } = store;
  const own = await findOwnFile(pool, { id, owner_id: user_id });
  if (own !== null) return own;
  const chat_ids = await findChatsSharedWith(pool, { user_id, file_id: id });
  const shared = chat_ids.length === 0 ? null : await findChatFile(pool, { id, chat_ids });
  if (shared === null) throw new Refusal("file_not_found");
  return shared;
}

function remove(deps: ApiDeps): Route {
  return route({
    method: "delete",
    path: "/v1/files/{file}",
    summary: "Delete a file",
    description: "Messages that name it stay, and say that it is not there any more.",
    tag,
    access: { area: "chats" },
    params: filePath,
    responses: { 204: { description: "Deleted" } },
    refusals: ["file_not_found"],
    async handler({ params, caller }) {
      const asked = { id: params.file, owner_id: caller.user.id };
      if (!(await deleteFile(deps.store.pool, asked))) throw new Refusal("file_not_found");
      return { status: 204 };
    },
  });
}

export function toFile(row: FileRow) {
  const { id, name, media_type, size, sha256, origin, created_at } = row;
  return { id, name, media_type, size, sha256, origin, created_at, links: { self: `/v1/files/${id}` } };
}
