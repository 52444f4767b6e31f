// The mark that says which deployment a local place belongs to: a file that no sandbox shows.
import { readFile, rename, writeFile } from "node:fs/promises";
import { type FoundPlace, WorkspaceError } from "../../../driver.ts";

/** Which deployment the mark names; `unmarked` also if there is no such folder. */
export async function ownerOf(markFile: string, deployment: string): Promise<FoundPlace["owner"]> {
  const mark = await readFile(markFile, "utf8").catch((error: NodeJS.ErrnoException) => {
    // Only a missing mark counts as none. One that cannot be read may name another deployment.
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return "";
    throw error;
  });
  // A crash left an empty file.
  if (mark.trim() === "") return "unmarked";
  return mark.trim() === deployment ? "ours" : "others";
}

/** The folder must exist. */
export async function writeMark(markFile: string, deployment: string): Promise<void> {
  await writeFile(`${markFile}.new`, `${deployment}\n`, { mode: 0o600 });
  await rename(`${markFile}.new`, markFile);
}

/** Two deployments may share a folder of workspaces, and even ids if a database was copied. Neither touches what belongs to the other. */
export async function refuseOthers(markFile: string, deployment: string): Promise<void> {
  if ((await ownerOf(markFile, deployment)) !== "others") return;
  throw new WorkspaceError(
    "driver_failed",
    "The folder of this workspace was made by another deployment of Everturn. It is left alone; remove it, or give each deployment a folder of its own (EVERTURN_WORKSPACES_DIR).",
  );
}
