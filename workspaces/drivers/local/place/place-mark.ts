// Workspaces: whose a local place is. A file beside the workspace's own folders, which nothing inside the sandbox can see.
import { readFile, rename, writeFile } from "node:fs/promises";
import { type FoundPlace, WorkspaceError } from "../../../driver.ts";

/** Whose mark the place's folder bears; `unmarked` also when there is no such folder. */
export async function ownerOf(markFile: string, deployment: string): Promise<FoundPlace["owner"]> {
  const mark = await readFile(markFile, "utf8").catch((error: NodeJS.ErrnoException) => {
    // Only what is not there is unmarked: a mark that cannot be read may be somebody's.
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return "";
    throw error;
  });
  // An empty one was cut short by a crash.
  if (mark.trim() === "") return "unmarked";
  return mark.trim() === deployment ? "ours" : "others";
}

/** The folder exists. */
export async function writeMark(markFile: string, deployment: string): Promise<void> {
  await writeFile(`${markFile}.new`, `${deployment}\n`, { mode: 0o600 });
  await rename(`${markFile}.new`, markFile);
}

/** Two deployments may share a folder of workspaces, and ids when a database was copied: neither touches what is the other's. */
export async function refuseOthers(markFile: string, deployment: string): Promise<void> {
  if ((await ownerOf(markFile, deployment)) !== "others") return;
  throw new WorkspaceError(
    "driver_failed",
    "The folder of this workspace was made by another deployment of Everturn. It is left alone; remove it, or give each deployment a folder of its own (EVERTURN_WORKSPACES_DIR).",
  );
}
