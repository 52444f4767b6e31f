// List, load and write the files of a workspace, and copy between them and the caller's files (SPEC C5). A worker does it, through
// the workspace's agent; bytes pass through the store of files.
import { fileBytesMax, workspaceFileBytesMax } from "../../../core/chat/limits.ts";
import { Refusal, type RefusalCode } from "../../../core/chat/refusal.ts";
import { mendedFileName } from "../../../core/file/file-name.ts";
import { defaultFileName, MEDIA_TYPES } from "../../../core/file/media-type.ts";
import type { FileCallAnswer } from "../../../core/workspace/file-call.ts";
import type { FileCall } from "../../../delivery/run-file-call.ts";
import { refusedFile, typeOfBytes } from "../../../store/file/check-bytes.ts";
import { findOwnFile } from "../../../store/file/files.ts";
import type { ApiDeps } from "../../deps.ts";
import { bodyChunks } from "../../http/body/read-body.ts";
import { type Route, route } from "../../http/route.ts";
import { attachFile, file, folder, lookQuery, saveFile, writeQuery, written } from "../../schemas/file.ts";
import { workspacePath } from "../../schemas/params.ts";
import { toFile } from "../files/files.ts";
import { sendFile } from "../files/send-file.ts";
import { noAnswer, requireRunning, runFileCallOf as run } from "./run-file-call-of.ts";
import { readOwnWorkspace } from "./show-workspace.ts";

const refusals = [
  "workspace_not_found",
  "workspace_not_running",
  "workspace_unreachable",
  "path_refused",
] as const satisfies readonly RefusalCode[];
const writeRefusals = [...refusals, "file_too_large", "workspace_full", "outcome_unknown"] as const;

export function workspaceFileRoutes(deps: ApiDeps): Route[] {
  return [look(deps), write(deps), save(deps), attach(deps)];
}

function look(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/workspaces/{workspace}/files",
    summary: "List a folder of a workspace, or load a file",
    description: `A folder is listed as JSON. A file comes as an attachment, at most ${workspaceFileBytesMax / 1024 ** 2} MiB.`,
    tag: "Workspaces",
    access: { area: "chats" },
    params: workspacePath,
    query: lookQuery,
    responses: { 200: { description: "The folder, or the file's bytes", schema: folder, or_bytes: true } },
    refusals: [...refusals, "path_not_found", "file_too_large"],
    async handler({ params, query, caller, raw }) {
      const asked = { id: params.workspace, owner_id: caller.user.id };
      const answer = await run(deps, asked, { kind: "look", path: query.path, file_id: null });
      if (answer.type === "folder") {
        const { path, entries, truncated } = answer;
        return { status: 200, body: { path, entries, truncated } };
      }
      if (answer.type !== "file") throw noAnswer();
      const name = mendedFileName(answer.path, "file");
      const sent = { name, media_type: "application/octet-stream", size: answer.size };
      try {
        return await sendFile(raw.response, sent, deps.files.read(inTransit(answer.file_id)));
      } finally {
        await drop(deps, answer.file_id);
      }
    },
  });
}

function write(deps: ApiDeps): Route {
  return route({
    method: "put",
    path: "/v1/workspaces/{workspace}/files",
    summary: "Write a file of a workspace",
    description: `The body is the file itself, of any type, at most ${fileBytesMax / 1024 ** 2} MiB. Who reads it meanwhile sees the old content or the new. Folders that are missing are made.`,
    tag: "Workspaces",
    access: { area: "chats" },
    params: workspacePath,
    query: writeQuery,
    raw_body: ["application/octet-stream", ...MEDIA_TYPES],
    responses: { 200: { description: "It is written", schema: written } },
    refusals: writeRefusals,
    async handler({ params, query, caller, raw }) {
      const owner_id = caller.user.id;
      // A workspace that is stopped refuses the bytes before they come.
      requireRunning(await readOwnWorkspace(deps.store.pool, { id: params.workspace, owner_id }));
      const bytes = bodyChunks(raw.request, fileBytesMax);
      const transit = await deps.files.keepTransit({ owner_id, bytes, bytesMax: fileBytesMax });
      try {
        const call: FileCall = { kind: "write", path: query.path, file_id: transit.id };
        return toWritten(await run(deps, { id: params.workspace, owner_id }, call));
      } finally {
        await drop(deps, transit.id);
      }
    },
  });
}

function save(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/workspaces/{workspace}/files",
    summary: "Copy one of your files into a workspace",
    description: "What is at the path is replaced. Folders that are missing are made.",
    tag: "Workspaces",
    access: { area: "chats" },
    params: workspacePath,
    body: saveFile,
    example: { file_id: "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a", path: "data/table.csv" },
    responses: { 200: { description: "It is written", schema: written } },
    refusals: [...writeRefusals, "file_not_found"],
    async handler({ params, body, caller }) {
      const owner_id = caller.user.id;
      const asked = { id: params.workspace, owner_id };
      await readOwnWorkspace(deps.store.pool, asked);
      const stored = await findOwnFile(deps.store.pool, { id: body.file_id, owner_id });
      if (stored === null) throw new Refusal("file_not_found");
      const call: FileCall = { kind: "write", path: body.path ?? stored.name, file_id: stored.id };
      return toWritten(await run(deps, asked, call));
    },
  });
}

function attach(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/workspaces/{workspace}/files/attach",
    summary: "Make one of your files from a file of a workspace",
    description: `For messages: {"type": "file", "file_id": …}. The file is copied: later changes are not seen. At most ${fileBytesMax / 1024 ** 2} MiB, of the types that uploads may have.`,
    tag: "Workspaces",
    access: { area: "chats" },
    params: workspacePath,
    body: attachFile,
    example: { path: "out/chart.png" },
    responses: { 201: { description: "The file", schema: file } },
    refusals: [...refusals, "path_not_found", "file_too_large", "file_refused", "file_quota_reached"],
    async handler({ params, body, caller }) {
      const owner_id = caller.user.id;
      const call: FileCall = { kind: "look", path: body.path, file_id: null };
      const answer = await run(deps, { id: params.workspace, owner_id }, call);
      if (answer.type === "folder") throw new Refusal("path_refused", "it is a folder");
      if (answer.type !== "file") throw noAnswer();
      try {
        if (answer.size > fileBytesMax)
          throw new Refusal("file_too_large", `a file may have at most ${fileBytesMax / 1024 ** 2} MiB`);
        return { status: 201, body: toFile(await keepCopy(deps, owner_id, { ...answer, name: body.name })) };
      } finally {
        await drop(deps, answer.file_id);
      }
    },
  });
}

async function keepCopy(
  { files }: ApiDeps,
  owner_id: string,
  from: Extract<FileCallAnswer, { type: "file" }> & { readonly name: string | undefined },
) {
  const transit = inTransit(from.file_id);
  const head: Uint8Array[] = [];
  for await (const piece of files.read(transit, headBytes)) head.push(piece);
  const called = from.name ?? from.path;
  const media_type = await typeOfBytes(called, Buffer.concat(head));
  if (media_type === null)
    throw refusedFile(`files of its type are not taken; these are: ${MEDIA_TYPES.join(", ")}`);
  const name = mendedFileName(called, defaultFileName(media_type));
  return files.keep({ owner_id, name, media_type, origin: "upload", bytes: files.read(transit) });
}

/** What the sniffer looks at, and some. */
const headBytes = 8 * 1024;

function toWritten(answer: FileCallAnswer) {
  if (answer.type !== "written") throw noAnswer();
  const { path, bytes: size, created } = answer;
  return { status: 200, body: { path, size, created } };
}

/** Where this fails, the purge does it. */
async function drop({ files, logger }: ApiDeps, id: string): Promise<void> {
  await files.dropTransit(id).catch((error: unknown) => logger.warn({ err: error }, "bytes in transit stay"));
}

function inTransit(id: string) {
  return { id, store: "postgres" } as const;
}
