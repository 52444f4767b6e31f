// Writes new content beside its target and renames it into place, so that readers see either the old content or the new. Hard links below the
// root get the new content, too; hard links outside keep the old.
import { randomUUID } from "node:crypto";
import { type BigIntStats, constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, rename, unlink } from "node:fs/promises";
import { quoted } from "../../../../core/text/quoted.ts";
import { AgentError } from "../../api.ts";
import type { Place } from "../place/confined-walk.ts";
import { refuseSwapped } from "../place/open-file.ts";
import { pathIn } from "../place/root.ts";
import { onCode } from "../system-fault.ts";
import { findOtherNames, linkOtherNames, type OtherName } from "./other-names.ts";

export interface StagedFile {
  /** Its `stats` are of the file that is replaced, whose mode and owner are kept. */
  readonly target: Place;
  readonly stagedName: string;
  readonly otherNames: readonly OtherName[];
  /** Whether all names of the target lead, or will lead, to the new content. */
  namesKept: boolean;
}

const createFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Set-user-id and similar bits are dropped, as the kernel does on a write. */
const permissionBits = 0o777;
const privateMode = 0o600;
const newFileMode = 0o666;

/** Writes the content beside the target. It is not synced: after a power cut either content may be there. */
export async function stageFile(target: Place, content: Buffer): Promise<StagedFile> {
  if (target.stats !== null) await refuseReadOnly(target);
  const otherNames = target.stats === null ? [] : await findOtherNames(target);
  const stagedName = `.everturn-${randomUUID()}.tmp`;
  const path = pathIn(target.folder, stagedName);
  // The new content of a private file must not be readable before it gets its mode.
  const mode = target.stats === null ? newFileMode : privateMode;
  const handle = await open(path, createFlags, mode);
  try {
    await handle.writeFile(content);
    if (target.stats !== null) await keepOwnerAndMode(handle, target.stats);
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
  return { target, stagedName, otherNames: otherNames ?? [], namesKept: otherNames !== null };
}

/** Renames the staged file into place. If this throws, everything is as it was. */
export async function commitFile(file: StagedFile): Promise<void> {
  const { target, stagedName, otherNames } = file;
  const path = pathIn(target.folder, target.name);
  try {
    const before = otherNames.length === 0 ? null : await lstat(path, { bigint: true });
    await rename(pathIn(target.folder, stagedName), path);
    if (before !== null) file.namesKept = await linkOtherNames(target, otherNames, before);
  } catch (error) {
    await discardFile(file);
    return onCode(["EISDIR", "ENOTEMPTY", "EEXIST"], () => refuseSwapped(target))(error);
  }
}

export async function discardFile({ target, stagedName }: StagedFile): Promise<void> {
  await unlink(pathIn(target.folder, stagedName)).catch(() => undefined);
}

/** The note of a file that has hard links which could not be kept; null if there are none. */
export function linksNote({ target, namesKept }: StagedFile): string | null {
  if (namesKept) return null;
  return `The file has other names (hard links), not all of them in the ${target.folder.root.placeName}: those outside keep the old content.`;
}

/** A rename needs no rights on the file itself, but a read-only file must not be replaced. */
async function refuseReadOnly(target: Place): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(pathIn(target.folder, target.name), flags)
    .catch(onCode(["EACCES", "EPERM", "EROFS"], () => refuseToWrite(target)))
    .catch(onCode(["ELOOP", "ENXIO", "EISDIR"], () => refuseSwapped(target)))
    // A running program may be replaced, and a missing file may be created.
    .catch(onCode(["ETXTBSY", "ENOENT"], () => null));
  await handle?.close();
}

function refuseToWrite(target: Place): never {
  const hint = "Change its mode first (chmod u+w) if it is really to be changed.";
  throw new AgentError("permission_denied", `${quoted(target.relative)} is read-only.`, hint);
}

async function keepOwnerAndMode(handle: FileHandle, before: Stats): Promise<void> {
  const own = await handle.stat();
  if (own.uid !== before.uid || own.gid !== before.gid) {
    // Only root may change owners. For other users, the new file belongs to the agent.
    await handle.chown(before.uid, before.gid).catch(() => undefined);
  }
  await handle.chmod(before.mode & permissionBits);
}

/** Throws `AgentError` if the file changed, or was replaced, since it was read. */
export async function refuseChanged(target: Place, read: BigIntStats): Promise<void> {
  const now = await lstat(pathIn(target.folder, target.name), { bigint: true }).catch(() => null);
  const isSame =
    now !== null &&
    now.dev === read.dev &&
    now.ino === read.ino &&
    now.size === read.size &&
    now.mtimeNs === read.mtimeNs;
  if (!isSame) throw changedMeanwhile(target);
}

export function changedMeanwhile({ relative }: { readonly relative: string }): AgentError {
  const message = `${quoted(relative)} was changed by something else while it was edited.`;
  return new AgentError("io_error", message, "Read it again, then edit.");
}
