// Reads a chat's instructions and skills where they are: its workspace or project folder, its owner's settings, the deployment
// (SPEC C1, C2).
import { contextPlace } from "../../core/chat/chat-context.ts";
import type { ContextFile, ContextPart } from "../../core/part/part.ts";
import { isBlank } from "../../core/text/blank.ts";
import { utf8Length } from "../../core/text/truncate.ts";
import { isOutage } from "../../platform/classify-failure.ts";
import type { ChatRow } from "../../store/row/chat-row.ts";
import type { FoundContext } from "../../store/turn/chat-context.ts";
import { type ContextFiles, folderFiles, inTime, readFault } from "../../tools/context/context-files.ts";
import { type InstructionPlace, readInstructions } from "../../tools/context/read-instructions.ts";
import { contextStamp } from "../../tools/skills/context-stamp.ts";
import { findSkills, type SkillsFolder, skillsFoldersOf } from "../../tools/skills/find-skills.ts";
import { ToolError } from "../../tools/tool-error.ts";
import type { ChatWorkspace } from "../../tools/workspace/chat-workspace.ts";

export interface ReadContextDeps {
  readonly workspaceOf: (chat: ChatRow, turnId: number) => ChatWorkspace;
  readonly deploymentSkills: ContextFiles | null;
  /** The owner's own instructions; null: none. */
  readonly ownInstructions: (ownerId: string) => Promise<string | null>;
}

/** Where a chat's context is, as far as it can be reached now. */
interface Sources {
  readonly place: InstructionPlace | null;
  /** The chat has a place, which does not answer. */
  readonly is_silent: boolean;
  readonly folders: readonly SkillsFolder[];
  readonly own: string;
}

/** @param known what the model was told last: it stands in for what cannot be read now */
export async function readContext(
  deps: ReadContextDeps,
  { chat, known }: { readonly chat: ChatRow; readonly known: ContextPart | null },
  signal: AbortSignal,
): Promise<FoundContext> {
  const opened = await openSources(deps, chat, signal);
  // Before the files: what changes while they are read shows at the next look.
  const stamp = opened.is_silent ? null : await contextStamp(opened, signal);
  // What does not even say what there is would take as long for each file.
  const sources = stamp === null && !opened.is_silent ? silenced(opened) : opened;
  const place = contextPlace(chat);
  // What was read for another place says nothing about this one.
  const last = known?.place === place ? known : null;
  const allowed = chat.profile?.skills ?? null;
  const [instructions, found] = await Promise.all([
    readPlace(sources, last, signal),
    findSkills(sources.folders, signal, allowed),
  ]);
  const lost = sources.is_silent || !found.is_whole;
  const skills = lost ? withLast(found.skills, allowedOf(last?.skills ?? [], allowed)) : found.skills;
  return {
    part: {
      type: "context",
      place,
      files: [...instructions.files, ...ownFile(sources.own)],
      file_faults: instructions.faults,
      skills,
      skill_faults: found.faults,
    },
    wanted: chat.context?.wanted ?? 0,
    is_whole: instructions.is_whole && !lost,
    stamp,
  };
}

function silenced(sources: Sources): Sources {
  const folders = sources.folders.filter(({ source }) => source === "deployment");
  return { ...sources, place: null, is_silent: true, folders };
}

/** The digest of what a chat's context is read from; null: nobody can tell now. */
export async function stampContext(
  deps: ReadContextDeps,
  chat: ChatRow,
  signal: AbortSignal,
): Promise<string | null> {
  const sources = await openSources(deps, chat, signal);
  return sources.is_silent ? null : contextStamp(sources, signal);
}

async function openSources(deps: ReadContextDeps, chat: ChatRow, signal: AbortSignal): Promise<Sources> {
  const { project_path, workspace_id } = chat;
  const own = (await deps.ownInstructions(chat.owner_id)) ?? "";
  const shared = deps.deploymentSkills === null ? [] : skillsFoldersOf("deployment", deps.deploymentSkills);
  let place: InstructionPlace | null = null;
  if (project_path !== null)
    place = { source: "project", files: folderFiles(project_path, "project folder") };
  else if (workspace_id !== null) place = await openWorkspace(deps, chat, signal);
  const is_silent = place === null && (project_path !== null || workspace_id !== null);
  const local = place === null ? [] : skillsFoldersOf(place.source, place.files);
  return { place, is_silent, folders: [...local, ...shared], own };
}

/** Null: it does not run, or does not answer in time. It is never started for this. */
async function openWorkspace(
  { workspaceOf }: ReadContextDeps,
  chat: ChatRow,
  signal: AbortSignal,
): Promise<InstructionPlace | null> {
  const workspace = workspaceOf(chat, chat.current_turn_id ?? 0);
  try {
    const { files } = await inTime(signal, (bounded) => workspace.agent(bounded));
    return { source: "workspace", files };
  } catch (error) {
    if (error instanceof ToolError) return null;
    if (isOutage(error)) throw error;
    if (readFault(error, signal).passes) return null;
    throw error;
  }
}

async function readPlace({ place, is_silent }: Sources, last: ContextPart | null, signal: AbortSignal) {
  const known = (last?.files ?? []).filter(({ source }) => source !== "user");
  if (place !== null) return readInstructions(place, known, signal);
  const files = known.map((file): ContextFile => ({ ...file, stale: true }));
  return { files, faults: last?.file_faults ?? [], is_whole: !is_silent };
}

function allowedOf(skills: ContextPart["skills"], allowed: readonly string[] | null): ContextPart["skills"] {
  return allowed === null ? skills : skills.filter(({ name }) => allowed.includes(name));
}

/** The last known skills of what does not answer, behind those that were found. */
function withLast(found: ContextPart["skills"], last: ContextPart["skills"]): ContextPart["skills"] {
  const names = new Set(found.map(({ name }) => name));
  return [...found, ...last.filter(({ name, source }) => source !== "deployment" && !names.has(name))];
}

function ownFile(own: string): ContextFile[] {
  return isBlank(own) || utf8Length(own) === 0
    ? []
    : [{ source: "user", path: null, text: own.toWellFormed() }];
}
