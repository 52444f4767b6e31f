// Finds the skills of a workspace, a project folder or the deployment (SPEC C2). A broken one is left out and named.
import type { ContextFault, SkillHead } from "../../core/part/part.ts";
import { type ContextFiles, inTime, isMissing, readFault, readText } from "../context/context-files.ts";
import { parseSkill } from "./skill-file.ts";

/** A SKILL.md, and any other file of a skill that a tool reads (SPEC C2). */
export const skillFileBytesMax = 512 * 1024;
/** Skills of one folder. A model that is shown more does not choose better. */
export const skillsPerFolderMax = 64;
/** Characters of all names and descriptions in a prompt, and their number. */
const listedCharsMax = 16_000;
const listedMax = 64;
/** Faults that are named: the rest is of the same kind. */
const faultsMax = 20;
/** Files read at once from one place. */
const readsAtOnce = 8;

export interface SkillsFolder {
  readonly source: SkillHead["source"];
  readonly files: ContextFiles;
  /** The folder in which skills are folders, relative to the place. */
  readonly path: string;
}

/** Where a place keeps its skills; the first folder wins where two skills have the same name. */
export function skillsFoldersOf(source: SkillHead["source"], files: ContextFiles): readonly SkillsFolder[] {
  const paths = source === "deployment" ? ["."] : [".agents/skills", ".claude/skills"];
  return paths.map((path) => ({ source, files, path }));
}

export function pathOfSkill({ path }: Pick<SkillsFolder, "path">, name: string): string {
  return path === "." ? name : `${path}/${name}`;
}

export interface FoundSkills {
  readonly skills: readonly SkillHead[];
  readonly faults: readonly ContextFault[];
  /** Nothing failed that may work the next time. */
  readonly is_whole: boolean;
}

/**
 * The skills of the folders, the first of each name, as far as there is room for them.
 * @param allowed names of those that are looked for; null: all
 */
export async function findSkills(
  folders: readonly SkillsFolder[],
  signal: AbortSignal,
  allowed: readonly string[] | null = null,
): Promise<FoundSkills> {
  const found = await Promise.all(folders.map((folder) => findIn(folder, signal, allowed)));
  const skills: SkillHead[] = [];
  const faults = found.flatMap((each) => each.faults);
  let chars = 0;
  for (const skill of found.flatMap((each) => each.skills)) {
    const first = skills.find(({ name }) => name === skill.name);
    if (first !== undefined) {
      // The same skill is often linked from both folders.
      if (first.description !== skill.description) {
        faults.push(faultOf(skill, `another skill of this name comes first, from ${first.path}`));
      }
      continue;
    }
    chars += skill.name.length + skill.description.length;
    if (skills.length >= listedMax || chars > listedCharsMax) {
      faults.push(faultOf(skill, "there are too many skills, or their descriptions are too long"));
    } else skills.push(skill);
  }
  return { skills, faults: faults.slice(0, faultsMax), is_whole: found.every(({ is_whole }) => is_whole) };
}

function faultOf({ source, path }: Pick<SkillHead, "source" | "path">, message: string): ContextFault {
  return { source, path, message };
}

async function findIn(
  folder: SkillsFolder,
  signal: AbortSignal,
  allowed: readonly string[] | null,
): Promise<FoundSkills> {
  const { source, path } = folder;
  try {
    return await inTime(signal, async (bounded) => {
      const all = await skillFolders(folder, bounded);
      const names = allowed === null ? all : all.filter((name) => allowed.includes(name));
      const read = await inBatches(names.slice(0, skillsPerFolderMax), (name) =>
        readHead(folder, name, bounded),
      );
      const faults = read.flatMap((each) => ("message" in each ? [each] : []));
      if (names.length > skillsPerFolderMax) {
        faults.push(faultOf(folder, `only its first ${skillsPerFolderMax} skills are read`));
      }
      return { skills: read.flatMap((each) => ("name" in each ? [each] : [])), faults, is_whole: true };
    });
  } catch (error) {
    if (isMissing(error)) return { skills: [], faults: [], is_whole: true };
    const { message, passes } = readFault(error, signal);
    return { skills: [], faults: [{ source, path, message }], is_whole: !passes };
  }
}

/** Folders, and links to some, by name. */
export async function skillFolders({ files, path }: SkillsFolder, signal: AbortSignal): Promise<string[]> {
  const { entries } = await files.listDir({ path }, signal);
  return entries
    .filter(({ name, type }) => (type === "dir" || type === "symlink") && !name.startsWith("."))
    .map(({ name }) => name)
    .sort();
}

async function readHead(
  folder: SkillsFolder,
  name: string,
  signal: AbortSignal,
): Promise<SkillHead | ContextFault> {
  const { source, files } = folder;
  const path = pathOfSkill(folder, name);
  try {
    const { text, bytes } = await readText(
      files,
      { path: `${path}/SKILL.md`, bytesMax: skillFileBytesMax },
      signal,
    );
    if (bytes > skillFileBytesMax) return { source, path, message: "its SKILL.md is larger than 512 KiB" };
    const skill = parseSkill(text, name);
    if (!skill.ok) return { source, path, message: skill.message };
    return { source, path, name, description: skill.description };
  } catch (error) {
    if (isMissing(error)) return { source, path, message: "it has no SKILL.md" };
    return { source, path, message: readFault(error, signal).message };
  }
}

/** A few at a time, in their order. */
export async function inBatches<In, Out>(
  items: readonly In[],
  work: (item: In) => Promise<Out>,
): Promise<Out[]> {
  const done: Out[] = [];
  for (let from = 0; from < items.length; from += readsAtOnce) {
    done.push(...(await Promise.all(items.slice(from, from + readsAtOnce).map(work))));
  }
  return done;
}
