// Decides, when a chat is created, whether a folder may become its project.
import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { isInside } from "../../workspaces/agent/files/place/root.ts";

/** The kernel's limit: a project is opened by its path. */
const projectPathCharsMax = 4_096;

export type ResolvedProjectPath =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false /** Goes on from the name of the field. */; readonly reason: string };

const notAllowed = { ok: false, reason: "does not lie below an allowed folder" } as const;

/** Each root as written and without links. A root that does not exist allows nothing. */
async function realRoots(roots: readonly string[]): Promise<readonly { written: string; real: string }[]> {
  const found = await Promise.all(
    roots.map(async (root) => ({
      written: path.resolve(root),
      real: await realpath(root).catch(() => null),
    })),
  );
  return found.flatMap(({ written, real }) => (real === null ? [] : [{ written, real }]));
}

/**
 * The real path of a folder that is one of `roots` (EVERTURN_PROJECT_ROOTS) or lies below one, with links resolved. Any other path gives the
 * same reason whether it exists or not, so that the API reveals nothing about the host's folders.
 */
export async function resolveProjectPath(
  asked: string,
  roots: readonly string[],
): Promise<ResolvedProjectPath> {
  if (asked.includes("\0") || asked.length > projectPathCharsMax || !path.isAbsolute(asked)) {
    return { ok: false, reason: "must be an absolute path" };
  }
  const allowed = await realRoots(roots);
  const candidate = path.resolve(asked);
  if (!allowed.some(({ written, real }) => isInside(candidate, written) || isInside(candidate, real)))
    return notAllowed;
  const real = await realpath(candidate).catch(() => null);
  if (real === null) return { ok: false, reason: "does not exist" };
  if (!allowed.some((root) => isInside(real, root.real))) return notAllowed;
  if (!(await stat(real)).isDirectory()) return { ok: false, reason: "is not a folder" };
  const readable = await access(real, constants.R_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  return readable ? { ok: true, path: real } : { ok: false, reason: "cannot be read" };
}
