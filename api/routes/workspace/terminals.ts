// Open, list, follow, use and close the terminals of a workspace. A worker attends each one; what passes is in the database.
import { v7 as uuidv7 } from "uuid";
import { terminalInputBytesMax } from "../../../core/chat/limits.ts";
import { Refusal, type RefusalCode } from "../../../core/chat/refusal.ts";
import { addTerminalInput } from "../../../store/workspace/terminal/terminal-bytes.ts";
import {
  closeForsaken,
  failTerminal,
  insertTerminal,
  listTerminals,
  readTerminal,
  resizeTerminalRow,
  type TerminalRow,
  wantClosed,
} from "../../../store/workspace/terminal/terminals.ts";
import { lockWorkspace, type WorkspaceRow } from "../../../store/workspace/workspaces.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Input, type Route, route, TAKEN_OVER } from "../../http/route.ts";
import { terminalPath, workspacePath } from "../../schemas/params.ts";
import { terminalFrame } from "../../schemas/stream-events.ts";
import {
  terminal,
  terminalInput,
  terminalList,
  terminalOutputQuery,
  terminalSize,
} from "../../schemas/workspace.ts";
import { followWatch, holdReady, resumeFrom } from "../../streams/serve-stream.ts";
import { toTerminal } from "../../streams/workspace/open-terminals.ts";
import { commit } from "../chat/change.ts";
import { requireRunning } from "./run-file-call-of.ts";
import { readOwnWorkspace } from "./show-workspace.ts";

const tag = "Workspaces";
const access = { area: "chats" } as const;
const refusals = ["workspace_not_found", "terminal_not_found"] as const satisfies readonly RefusalCode[];
/** JSON escapes a control character with six bytes. */
const inputBodyBytesMax = 6 * terminalInputBytesMax + 1_024;
const path = "/v1/workspaces/{workspace}/terminals/{terminal}";

export function terminalRoutes(deps: ApiDeps): Route[] {
  return [open(deps), list(deps), output(deps), input(deps), resize(deps), close(deps)];
}

function open(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/workspaces/{workspace}/terminals",
    summary: "Open a terminal in a workspace",
    description:
      "A shell of its own, with the rights and limits of the workspace's commands. Answers at once: follow `links.output` to see when it is open, or why it could not be opened.",
    tag,
    access,
    params: workspacePath,
    body: terminalSize,
    example: { cols: 80, rows: 24 },
    responses: { 201: { description: "The terminal, opening", schema: terminal } },
    refusals: ["workspace_not_found", "workspace_not_running", "too_many", "workspace_unreachable"],
    async handler({ params, body, caller }) {
      const asked = { id: params.workspace, owner_id: caller.user.id };
      const workspace = await readOwnWorkspace(deps.store.pool, asked);
      requireRunning(workspace);
      const row = await commit(deps, async ({ tx }) => {
        await lockWorkspace(tx, workspace.id);
        const wish = { id: uuidv7(), workspace_id: workspace.id, ...body };
        return insertTerminal(tx, wish, deps.terminalsPerWorkspaceMax);
      });
      if (!(await deps.openTerminal(workspace, row.id))) {
        const words = "Temporal cannot be reached, and no worker without it; try again";
        await failTerminal(deps.store.pool, row.id, words);
        throw new Refusal("workspace_unreachable", words);
      }
      return { status: 201, body: toTerminal(row) };
    },
  });
}

function list({ store }: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/workspaces/{workspace}/terminals",
    summary: "List the terminals of a workspace, oldest first",
    description: "Those that have ended are shown for an hour.",
    tag,
    access,
    params: workspacePath,
    responses: { 200: { description: "All of them", schema: terminalList } },
    refusals: ["workspace_not_found"],
    async handler({ params, caller }) {
      await readOwnWorkspace(store.pool, { id: params.workspace, owner_id: caller.user.id });
      await closeForsaken(store.pool, params.workspace);
      const rows = await listTerminals(store.pool, params.workspace);
      return { status: 200, body: { items: rows.map(toTerminal) } };
    },
  });
}

function output(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: `${path}/output`,
    summary: "Follow a terminal as server-sent events",
    description:
      "First what is kept of its output, then what it prints. Reconnect with the last `id` as `Last-Event-ID`. Any number of readers may follow.",
    tag,
    access,
    params: terminalPath,
    query: terminalOutputQuery,
    responses: { 200: { description: "Events", content_type: "text/event-stream", schema: terminalFrame } },
    refusals: [...refusals, "too_many_streams"],
    async handler({ params, query, caller, raw }) {
      const stream = deps.streams.admit(raw, caller);
      const { row } = await readOwnTerminal(deps, { params, caller });
      const of = { workspace_id: row.workspace_id, terminal_id: row.id };
      const held = await holdReady(deps.terminals, of, stream);
      const offset = offsetOf(resumeFrom(raw.request, undefined)) ?? query.after ?? 0;
      if (held !== null) followWatch(stream, { watch: held.watch, place: held.watch.placeOf(offset) });
      return TAKEN_OVER;
    },
  });
}

/** Any other text is not from us, and all that is kept is sent. */
function offsetOf(id: string | undefined): number | undefined {
  if (id === undefined) return undefined;
  return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}

function input(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: `${path}/input`,
    summary: "Type into a terminal",
    description: `At most ${terminalInputBytesMax / 1024} KiB at once. What is accepted reaches the shell once, or, if a worker dies in that moment, not at all. Send one request after the other, or the order is not certain.`,
    tag,
    access,
    params: terminalPath,
    body: terminalInput,
    body_bytes_max: inputBodyBytesMax,
    any_text: [["text"]],
    example: { text: "ls\r" },
    responses: { 204: { description: "It is on its way" } },
    refusals: [...refusals, "terminal_closed", "workspace_not_running", "terminal_busy"],
    async handler({ params, body, caller }) {
      const row = await readUsableTerminal(deps, { params, caller });
      const bytes = Buffer.from(body.text.toWellFormed());
      const isAdded = await addTerminalInput(deps.store.pool, row.id, bytes);
      if (!isAdded) throw new Refusal("terminal_busy", "what was typed before has not been read yet");
      tellWorker(deps, row.id);
      return { status: 204 };
    },
  });
}

function resize(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: `${path}/resize`,
    summary: "Set the size of a terminal",
    description: "For all its readers; the last one to set it wins.",
    tag,
    access,
    params: terminalPath,
    body: terminalSize,
    example: { cols: 120, rows: 40 },
    responses: { 200: { description: "The terminal", schema: terminal } },
    refusals: [...refusals, "terminal_closed", "workspace_not_running"],
    async handler({ params, body, caller }) {
      const { id } = await readUsableTerminal(deps, { params, caller });
      const row = await resizeTerminalRow(deps.store.pool, id, body);
      if (row === null) throw new Refusal("terminal_closed");
      tellWorker(deps, id);
      deps.terminalBus.publish({ type: "terminal", terminal_id: id, to: "readers" });
      return { status: 200, body: toTerminal(row) };
    },
  });
}

function close(deps: ApiDeps): Route {
  return route({
    method: "delete",
    path,
    summary: "Close a terminal",
    description:
      "Its shell and what it runs are hung up, as by closing a window. Accepted at once; one that has ended stays as it is.",
    tag,
    access,
    params: terminalPath,
    responses: { 204: { description: "It is being closed" } },
    refusals,
    async handler({ params, caller }) {
      const { id } = (await readOwnTerminal(deps, { params, caller })).row;
      await wantClosed(deps.store.pool, id);
      tellWorker(deps, id);
      deps.terminalBus.publish({ type: "terminal", terminal_id: id, to: "readers" });
      return { status: 204 };
    },
  });
}

type OfTerminal = Pick<
  Input<{ readonly workspace: string; readonly terminal: string }, unknown, unknown>,
  "params" | "caller"
>;

async function readOwnTerminal(
  { store }: Pick<ApiDeps, "store">,
  { params, caller }: OfTerminal,
): Promise<{ readonly workspace: WorkspaceRow; readonly row: TerminalRow }> {
  const asked = { id: params.workspace, owner_id: caller.user.id };
  // At once: whoever types waits for both.
  const [workspace, row] = await Promise.all([
    readOwnWorkspace(store.pool, asked),
    readTerminal(store.pool, params.workspace, params.terminal),
  ]);
  if (row === null) throw new Refusal("terminal_not_found");
  return { workspace, row };
}

/** Neither it nor its workspace has ended, or is about to. */
async function readUsableTerminal(deps: Pick<ApiDeps, "store">, of: OfTerminal): Promise<TerminalRow> {
  const { workspace, row } = await readOwnTerminal(deps, of);
  if (row.status === "closed") throw new Refusal("terminal_closed", row.end_message ?? undefined);
  requireRunning(workspace);
  return row;
}

function tellWorker({ terminalBus }: Pick<ApiDeps, "terminalBus">, terminal_id: string): void {
  terminalBus.publish({ type: "terminal", terminal_id, to: "worker" });
}
