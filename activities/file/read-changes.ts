// Asks git in a workspace what has changed since the last commit, new files included. Git runs as a process of the workspace's
// agent: what a repository makes it do, it does where the workspace's commands run.
import { changesBytesMax } from "../../core/chat/limits.ts";
import { headOf } from "../../core/text/truncate.ts";
import { type FileCallAnswer, fileCallProcessPrefix } from "../../core/workspace/file-call.ts";
import { type AgentApi, AgentError, type ProcessInfo } from "../../workspaces/agent/api.ts";

const NO_GIT = 4;
const NO_REPOSITORY = 3;
/** Repositories in folders of the workspace, where it is none itself. */
const repositoriesMax = 10;
/** New files of a repository. */
const newFilesMax = 200;

/**
 * Nothing of the repository's configuration is run: no external diff, no filter of texts, no monitor of files. Nothing is
 * written either: the index stays as it is. Whoever owns the repository, its commands run in the workspace anyway.
 */
const COMMAND = `command -v git >/dev/null || exit ${NO_GIT}
plain() { git --no-optional-locks -c safe.directory='*' -c core.fsmonitor=false -c core.quotePath=false "$@"; }
changes() {
  cd "$1" || return
  form="--no-color --no-ext-diff --no-textconv --src-prefix=a/$2 --dst-prefix=b/$2"
  base=$(plain rev-parse -q --verify 'HEAD^{commit}') || base=$(plain hash-object -t tree /dev/null)
  plain diff $form --find-renames "$base" --
  plain ls-files -z --others --exclude-standard | head -z -n ${newFilesMax} | while IFS= read -r -d '' file; do
    plain diff $form --no-index -- /dev/null "$file"
  done
}
if plain rev-parse --is-inside-work-tree >/dev/null 2>&1; then found=.; else found=; fi
if [ -z "$found" ]; then
  for each in */.git; do
    [ -e "$each" ] && case "$each" in *[!A-Za-z0-9._/-]*) ;; *) found="$found \${each%/.git}" ;; esac
  done
fi
[ -n "$found" ] || exit ${NO_REPOSITORY}
for one in $(printf '%s\\n' $found | head -n ${repositoriesMax}); do
  if [ "$one" = . ]; then (changes . "") 2>/dev/null; else (changes "$one" "$one/") 2>/dev/null; fi
done | head -c ${changesBytesMax + 1}
exit 0`;

/** @param callId a call that is made again finds the process that it has started */
export async function readChanges(
  agent: AgentApi,
  callId: string,
  signal: AbortSignal,
): Promise<FileCallAnswer> {
  const key = `${fileCallProcessPrefix}${callId}`;
  await agent.processes.start({ key, command: COMMAND }, signal);
  const pieces: Uint8Array[] = [];
  try {
    for await (const event of agent.processes.follow({ key, offset: 0 }, signal)) {
      if (event.type === "ended") return answerOf(event.process, Buffer.concat(pieces));
      pieces.push(event.bytes);
    }
  } catch (error) {
    // Nobody waits for it any more.
    if (signal.aborted) await endProcess(agent, key);
    throw error;
  }
  throw new AgentError("unreachable", "the workspace has not said what has changed");
}

function answerOf(process: ProcessInfo, bytes: Buffer): FileCallAnswer {
  switch (process.exit_code) {
    case 0: {
      const diff = headOf(bytes.toString("utf8"), changesBytesMax);
      return { type: "changes", in_git: true, diff, truncated: bytes.length > changesBytesMax };
    }
    case NO_REPOSITORY:
      return { type: "changes", in_git: false, diff: "", truncated: false };
    case NO_GIT:
      return { type: "fault", fault: "unreachable", message: "git is not installed in the workspace" };
    default:
      throw new AgentError("unreachable", "git could not be asked in the workspace");
  }
}

async function endProcess(agent: AgentApi, key: string): Promise<void> {
  const soon = AbortSignal.timeout(2_000);
  await agent.processes.signal({ key, signal: "SIGKILL" }, soon).catch(() => undefined);
}
