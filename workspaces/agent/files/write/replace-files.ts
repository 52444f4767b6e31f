// Replaces several files, all or nothing. Everything that can fail for lack of space or rights happens before the first file changes. If a
// rename fails, the files before it get their old content back.
import type { BigIntStats } from "node:fs";
import { lstat } from "node:fs/promises";
import { quoted } from "../../../../core/text/quoted.ts";
import { AgentError } from "../../api.ts";
import type { FoundPlace } from "../place/confined-walk.ts";
import { pathIn } from "../place/root.ts";
import { systemFault } from "../system-fault.ts";
import { commitFile, discardFile, refuseChanged, type StagedFile, stageFile } from "./staged-file.ts";

export interface Replacement {
  readonly target: FoundPlace;
  /** The file's state when `before` was read from it. */
  readonly read: BigIntStats;
  readonly before: Buffer;
  readonly after: Buffer;
}

export interface StagedReplacement extends Replacement {
  readonly staged: StagedFile;
}

/** Writes all new contents beside their targets. If one cannot be written, throws and leaves nothing behind. */
export async function stageAll(replacements: readonly Replacement[]): Promise<readonly StagedReplacement[]> {
  const all: StagedReplacement[] = [];
  try {
    for (const replacement of replacements) {
      all.push({ ...replacement, staged: await stageFile(replacement.target, replacement.after) });
    }
    return all;
  } catch (error) {
    await discardAll(all);
    throw error;
  }
}

/** Puts all staged files in their places. If one fails, undoes those before it and throws. The error names files that could not be undone. */
export async function commitAll(all: readonly StagedReplacement[], signal: AbortSignal): Promise<void> {
  const committed: (StagedReplacement & { readonly written: BigIntStats })[] = [];
  try {
    // All files are checked before the first one changes, and each again right before its own change.
    for (const { target, read } of all) await refuseChanged(target, read);
    for (const replacement of all) {
      signal.throwIfAborted();
      await refuseChanged(replacement.target, replacement.read);
      const written = await stagedStats(replacement);
      await commitFile(replacement.staged);
      committed.push({ ...replacement, written });
    }
  } catch (error) {
    await discardAll(all.slice(committed.length));
    const left: string[] = [];
    for (const replacement of committed.toReversed()) {
      if (!(await restore(replacement))) left.push(quoted(replacement.target.relative));
    }
    if (left.length > 0) throw notRestored(left, error);
    throw error;
  }
}

async function stagedStats({ staged }: StagedReplacement): Promise<BigIntStats> {
  return lstat(pathIn(staged.target.folder, staged.stagedName), { bigint: true });
}

/** Gives a file its old content back, unless something else has changed it since. */
async function restore(replacement: StagedReplacement & { readonly written: BigIntStats }): Promise<boolean> {
  const { target, before, written } = replacement;
  try {
    await refuseChanged(target, written);
    await commitFile(await stageFile(target, before));
    return true;
  } catch {
    return false;
  }
}

function notRestored(names: readonly string[], error: unknown): AgentError {
  const fault = systemFault(error);
  const why = fault instanceof AgentError ? fault.message : "The edit was interrupted.";
  const message = `${why} Before that ${names.join(", ")} had been edited and could not be set back.`;
  return new AgentError("io_error", message, "Look at these files before going on.");
}

async function discardAll(all: readonly StagedReplacement[]): Promise<void> {
  for (const { staged } of all) await discardFile(staged);
}
