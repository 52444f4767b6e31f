// A digest of names, sizes and times of everything that a chat's context is read from: another digest means that something has
// changed (SPEC C3). It reads no content.
import { createHash } from "node:crypto";
import { type ContextFiles, inTime, isMissing, readFault } from "../context/context-files.ts";
import { type InstructionPlace, instructionPaths } from "../context/read-instructions.ts";
import {
  inBatches,
  pathOfSkill,
  type SkillsFolder,
  skillFolders,
  skillsPerFolderMax,
} from "./find-skills.ts";

export interface StampedPlaces {
  readonly place: InstructionPlace | null;
  readonly folders: readonly SkillsFolder[];
  /** The owner's own instructions. */
  readonly own: string;
}

/** Null: something did not answer in time, and nobody can tell. */
export async function contextStamp(places: StampedPlaces, signal: AbortSignal): Promise<string | null> {
  const { place, folders, own } = places;
  try {
    const lines = await inTime(signal, async (bounded) => [
      ...(place === null ? [] : await instructionLines(place, bounded)),
      ...(await Promise.all(folders.map((folder) => folderLines(folder, bounded)))).flat(),
    ]);
    return createHash("sha256")
      .update(JSON.stringify([own, ...lines]))
      .digest("hex");
  } catch (error) {
    if (readFault(error, signal).passes) return null;
    throw error;
  }
}

function instructionLines({ source, files }: InstructionPlace, signal: AbortSignal): Promise<string[]> {
  return Promise.all(instructionPaths(source).map(({ path }) => fileLine(files, path, signal)));
}

async function folderLines(folder: SkillsFolder, signal: AbortSignal): Promise<string[]> {
  const names = await skillFolders(folder, signal).catch((error: unknown) => {
    if (!readFault(error, signal).passes) return [];
    throw error;
  });
  return inBatches(names.slice(0, skillsPerFolderMax), (name) =>
    fileLine(folder.files, `${pathOfSkill(folder, name)}/SKILL.md`, signal),
  );
}

async function fileLine(files: ContextFiles, path: string, signal: AbortSignal): Promise<string> {
  try {
    const { size, modified_at } = await files.stat({ path }, signal);
    return `${path} ${size} ${modified_at}`;
  } catch (error) {
    if (isMissing(error)) return `${path} missing`;
    if (readFault(error, signal).passes) throw error;
    return `${path} unreadable`;
  }
}

/** Whether a file of a workspace is one that a chat's context is read from. @param path relative to the workspace */
export function isContextPath(path: string): boolean {
  if (instructionPaths("workspace").some((named) => named.path === path)) return true;
  return /^\.(?:agents|claude)\/skills\/[^/]+\/SKILL\.md$/.test(path);
}
