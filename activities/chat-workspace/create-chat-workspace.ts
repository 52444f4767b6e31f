// Creates one workspace for a chat, whoever asks and however often (SPEC W2).
import type { CreateWorkspaceInput } from "../../store/workspace/create-workspace.ts";
import { type EnsuredWorkspace, ensureChatWorkspace } from "../../store/workspace/ensure-chat-workspace.ts";
import type { BuildWatch, ChatWorkspace, WorkspaceReport } from "../../tools/workspace/chat-workspace.ts";
import { chooseTemplate } from "../../tools/workspace/choose-template.ts";
import { awaitBuild, type BuildStory } from "./await-build.ts";
import type { ChatPlace } from "./running-workspace.ts";
import { joinedWords, startedWords, useRunning } from "./start-chat-workspace.ts";
import { deadWorkspace } from "./workspace-words.ts";

type CreateArgs = Parameters<ChatWorkspace["create"]>[0];

/** Reuses what runs, joins what is being built, starts what is stopped, replaces what is dead, else makes one. */
export async function createChatWorkspace(
  place: ChatPlace,
  args: CreateArgs,
  watch: BuildWatch,
): Promise<WorkspaceReport> {
  const made = await madeFrom(place, args);
  for (let dead = 0; ; dead++) {
    const { type, workspace } = await ensure(place, made, watch.signal);
    if (type !== "reused") return awaitBuild(place, { workspace, watch, ...stories[type] });
    const report = await useRunning(place, workspace, watch);
    if (report !== null) return report;
    // The second time somebody else must be at work on it; the model may ask again.
    if (dead > 0) throw deadWorkspace(workspace, "its place is gone");
  }
}

const stories: Readonly<Record<Exclude<EnsuredWorkspace["type"], "reused">, BuildStory>> = {
  created: { message: "The workspace was made.", created: true },
  replaced: {
    message: "A new workspace was made: the one this chat had is gone or had failed.",
    created: true,
  },
  joined: { message: joinedWords },
  starting: { message: startedWords },
};

/** What a new workspace is made from. Bad arguments are thrown only when one is to be made: what runs is used whatever they say. */
async function madeFrom(
  { deps, chat, turn_id }: ChatPlace,
  args: CreateArgs,
): Promise<() => CreateWorkspaceInput> {
  try {
    const chosen = await chooseTemplate(deps.shelf, args);
    const began_by = { chat_id: chat.id, turn_id };
    const driver = deps.driver.name;
    return () => ({ ...chosen, owner_id: chat.owner_id, name: args.name ?? null, driver, began_by });
  } catch (error) {
    return () => {
      throw error as Error;
    };
  }
}

async function ensure(
  place: ChatPlace,
  made: () => CreateWorkspaceInput,
  signal: AbortSignal,
): Promise<EnsuredWorkspace> {
  const { deps, chat, turn_id } = place;
  const input = { chat_id: chat.id, turn_id, owner_id: chat.owner_id, create: made };
  // Asked twice it finds the workspace that it made.
  const ensured = await deps.store.change(signal, (unit) => ensureChatWorkspace(unit, input));
  // Also of a build that was joined: whoever began it may have died before telling.
  const { workspace } = ensured;
  if (workspace.told_version < workspace.version) await deps.teller.tell(workspace);
  return ensured;
}
