// The skills that a deployment gives all of its chats: folders below EVERTURN_SKILLS_DIR (SPEC C2).
import { realpathSync } from "node:fs";
import path from "node:path";
import { type ContextFiles, folderFiles } from "../context/context-files.ts";
import { type FoundSkills, findSkills, skillsFoldersOf } from "./find-skills.ts";

/** The files of the folder. Links that lead out of it are refused. */
export function skillsShelf(folder: string): ContextFiles {
  const asked = path.resolve(folder);
  let root = asked;
  try {
    root = realpathSync(asked);
  } catch {
    // It may come later; until then its absence is named as a fault.
  }
  return folderFiles(root, "skills folder");
}

/** What there is, and what is wrong with it, as of now. @param folder undefined: the deployment has none */
export async function listDeploymentSkills(folder: string | undefined): Promise<FoundSkills> {
  if (folder === undefined) return { skills: [], faults: [], is_whole: true };
  const folders = skillsFoldersOf("deployment", skillsShelf(folder));
  return findSkills(folders, new AbortController().signal);
}
