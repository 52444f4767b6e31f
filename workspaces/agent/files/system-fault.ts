// Turns errors of the system into messages that name no path of the host.
import { AgentError, type AgentErrorCode } from "../api.ts";

const faults: Readonly<Record<string, readonly [AgentErrorCode, string, string?]>> = {
  EACCES: ["permission_denied", "Permission denied."],
  EPERM: ["permission_denied", "Permission denied."],
  EROFS: ["permission_denied", "The file system is read-only."],
  ENOENT: ["not_found", "The file or folder vanished meanwhile.", "Look again with list_dir."],
  ENOSPC: ["no_space", "The disk is full.", "Remove what is not needed, then try again."],
  EDQUOT: ["no_space", "The disk quota is used up.", "Remove what is not needed, then try again."],
  EFBIG: ["no_space", "The file is larger than the file system allows."],
  ENAMETOOLONG: ["bad_request", "The path is too long."],
  EINVAL: ["bad_request", "The file system does not take this name."],
  EILSEQ: ["bad_request", "The file system does not take this name."],
  EIO: ["io_error", "The disk reported an error."],
  EBUSY: ["io_error", "The file or folder is in use by the system."],
  EMFILE: ["io_error", "Too many files are open; try again."],
  ENFILE: ["io_error", "Too many files are open; try again."],
};

/** The code of a system error, such as `ENOENT`; null for any other error. */
function errorCodeOf(thrown: unknown): string | null {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : null;
}

/** For `catch`: what `instead` gives for these errors of the system. Throws all others. */
export function onCode<Value>(codes: readonly string[], instead: () => Value): (error: unknown) => Value {
  return (error) => {
    if (codes.includes(errorCodeOf(error) ?? "")) return instead();
    throw error;
  };
}

/** An expected error of the file system as an `AgentError`. Other errors stay as they are. */
export function systemFault(thrown: unknown): unknown {
  if (thrown instanceof AgentError || !(thrown instanceof Error) || !("syscall" in thrown)) return thrown;
  const code = errorCodeOf(thrown) ?? "";
  const [own, message, hint] = faults[code] ?? ["io_error", `The file system answered ${code}.`];
  return new AgentError(own, message, hint);
}

/** Runs `effect` and turns system errors into `AgentError`. */
export async function inOwnWords<T>(effect: () => Promise<T>): Promise<T> {
  try {
    return await effect();
  } catch (error) {
    throw systemFault(error);
  }
}
