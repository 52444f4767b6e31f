// Reads and writes files of workspaces for requests (SPEC C5): the API reaches no workspace, and bytes pass through the store of files.

import { assertNever } from "../core/assert-never.ts";
import {
  fileBytesMax,
  fileCallMaxMs,
  workerWriteBytesMax,
  workspaceFileBytesMax,
} from "../core/chat/limits.ts";
import { Refusal } from "../core/chat/refusal.ts";
import { quoted } from "../core/text/quoted.ts";
import type { FileCallAnswer, FileCallFault } from "../core/workspace/file-call.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import { BlobMissing, gathered } from "../store/file/blobs.ts";
import type { FileShelf } from "../store/file/file-shelf.ts";
import { findStored } from "../store/file/files.ts";
import { answerFileCall, beginFileCall, type FileCallRow } from "../store/workspace/file-calls.ts";
import { readWorkspace } from "../store/workspace/workspaces.ts";
import { ToolError } from "../tools/tool-error.ts";
import { type AgentApi, AgentError, type AgentErrorCode } from "../workspaces/agent/api.ts";
import { readRangeBytesMax } from "../workspaces/agent/files/file-limits.ts";
import { heartbeatWhile } from "./attempt/heartbeat-while.ts";
import type { ChatWorkspacesDeps } from "./chat-workspace/chat-workspaces-deps.ts";
import { createPatientStore } from "./chat-workspace/patient-store.ts";
import { createRunningWorkspaces } from "./chat-workspace/running-workspace.ts";
import type { FileActivities } from "./contract.ts";
import { type ByteRoom, createByteRoom } from "./file/byte-room.ts";
import { readChanges } from "./file/read-changes.ts";

export interface UseWorkspaceFilesDeps extends Omit<ChatWorkspacesDeps, "shelf"> {
  readonly files: Pick<FileShelf, "read" | "keepTransit" | "dropTransit">;
  readonly failpoint: Failpoint;
}

/** One call, with all that carrying it out takes. */
interface Work {
  readonly deps: UseWorkspaceFilesDeps;
  readonly room: ByteRoom;
  readonly agent: AgentApi;
  readonly call: FileCallRow;
  readonly owner_id: string;
  readonly signal: AbortSignal;
}

/** When a worker dies in a call, another one does it again: a look changes nothing, and the agent keeps a write under the call's id. */
export function createUseWorkspaceFiles(deps: UseWorkspaceFilesDeps): FileActivities["useWorkspaceFiles"] {
  const store = createPatientStore(deps.store);
  const running = createRunningWorkspaces({ ...deps, store });
  const room = createByteRoom(workerWriteBytesMax);
  const { pool } = deps.store;
  return ({ call_id }) =>
    heartbeatWhile(async () => {
      const signal = AbortSignal.any([deps.shutdown, AbortSignal.timeout(fileCallMaxMs)]);
      const call = await beginFileCall(pool, call_id);
      if (call === null) return;
      deps.failpoint("fileCall:begun");
      try {
        const row = await readWorkspace(pool, call.workspace_id, null);
        const agent = await running.agentOf(row, signal);
        const owner_id = row?.owner_id ?? "";
        const answer = await carryOut({ deps, room, agent, call, owner_id, signal });
        deps.failpoint("fileCall:done");
        await answerFileCall(pool, call_id, answer);
      } catch (error) {
        // This worker ends: another one goes on.
        if (deps.shutdown.aborted) throw deps.shutdown.reason;
        const answer = faultOf(error, signal);
        if (answer === null) throw error;
        await answerFileCall(pool, call_id, answer);
      }
    });
}

function carryOut(work: Work): Promise<FileCallAnswer> {
  const { agent, call, signal } = work;
  switch (call.kind) {
    case "look":
      return look(work);
    case "write":
      return write(work);
    case "changes":
      return readChanges(agent, call.id, signal);
    default:
      return assertNever(call.kind);
  }
}

async function look({ deps, agent, call, owner_id, signal }: Work): Promise<FileCallAnswer> {
  const stat = await agent.files.stat({ path: call.path }, signal);
  if (stat.type === "dir") {
    const { path, entries, truncated } = await agent.files.listDir({ path: call.path }, signal);
    return { type: "folder", path, entries, truncated };
  }
  if (stat.type !== "file")
    return fault("path_refused", `${quoted(stat.path)} is neither a file nor a folder`);
  if (stat.size > workspaceFileBytesMax) {
    const mib = workspaceFileBytesMax / 1024 ** 2;
    return fault(
      "too_large",
      `${quoted(stat.path)} has ${stat.size} bytes; at most ${mib} MiB can be loaded`,
    );
  }
  const bytes = bytesOf(agent, call.path, signal);
  const { id, size } = await deps.files.keepTransit({ owner_id, bytes, bytesMax: workspaceFileBytesMax });
  return { type: "file", path: stat.path, size, file_id: id };
}

/** To the end of the file as it is by then: it may grow or shrink meanwhile. */
async function* bytesOf(agent: AgentApi, path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let offset = 0; ; ) {
    const range = await agent.files.readBytes({ path, offset, length: readRangeBytesMax }, signal);
    if (range.length > 0) yield range;
    if (range.length < readRangeBytesMax) return;
    offset += range.length;
  }
}

async function write({ deps, room, agent, call, signal }: Work): Promise<FileCallAnswer> {
  const file = call.file_id === null ? null : await findStored(deps.store.pool, call.file_id);
  if (file === null) return fault("missing", "the file to be written was deleted meanwhile");
  const release = await room.take(fileBytesMax, signal);
  try {
    const bytes = await gathered(deps.files.read(file));
    const written = await agent.files.writeBytes({ key: call.id, path: call.path, bytes }, signal);
    return { type: "written", path: written.path, bytes: written.bytes, created: written.created };
  } finally {
    release();
  }
}

const FAULTS: Partial<Record<AgentErrorCode, FileCallFault>> = {
  not_found: "missing",
  bad_request: "path_refused",
  outside_workspace: "path_refused",
  not_a_file: "path_refused",
  not_a_folder: "path_refused",
  permission_denied: "path_refused",
  file_too_large: "too_large",
  no_space: "no_space",
  outcome_unknown: "outcome_unknown",
  bad_answer: "unreachable",
  unreachable: "unreachable",
};

/** What the request is told; null: it is no expected failure, and Temporal tries again. */
function faultOf(error: unknown, signal: AbortSignal): FileCallAnswer | null {
  if (error instanceof AgentError) {
    const { hint, message } = error;
    return fault(FAULTS[error.code] ?? "unreachable", hint === undefined ? message : `${message} ${hint}`);
  }
  // Its hint names tools, which nobody has here.
  if (error instanceof ToolError) return fault("unreachable", error.message);
  if (error instanceof BlobMissing) return fault("missing", "the file to be written was deleted meanwhile");
  if (error instanceof Refusal && error.code === "file_too_large") return fault("too_large", error.message);
  return signal.aborted ? fault("unreachable", "the workspace's agent was too slow") : null;
}

function fault(what: FileCallFault, message: string): FileCallAnswer {
  return { type: "fault", fault: what, message };
}
