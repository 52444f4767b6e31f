// `runBuildCommands` and `runStartup` run a template's commands in its workspace: once after it was created, and at each
// start.
import { markCommandsRun } from "../../store/workspace/build-work.ts";
import type { BuildOutcome, BuildRef } from "../contract.ts";
import { runInWorkspace } from "./run-in-workspace.ts";
import { type BuildSite, type WorkspaceActivityDeps, workOnBuild } from "./work-on-build.ts";

/** What the start-up script is called in the log; its text may be long. */
const startupTitle = "start-up script";

export function createRunBuildCommands(deps: WorkspaceActivityDeps) {
  return function runBuildCommands(ref: BuildRef): Promise<BuildOutcome> {
    return workOnBuild<BuildOutcome>(deps, ref, {
      clock: "build",
      run: async (site) => {
        await runCommands(deps, ref, site);
        return { type: "done" };
      },
    });
  };
}

async function runCommands(deps: WorkspaceActivityDeps, ref: BuildRef, site: BuildSite): Promise<void> {
  const { workspace, build } = site.work;
  if (workspace.commands_run) return;
  const keys = workspace.build_commands.map((_, index) => `build-${build.id}-${index}`);
  // Those before the one that was followed last have ended well: their successor would not have begun.
  const first = Math.max(keys.indexOf(build.followed_key ?? ""), 0);
  for (const [index, command] of workspace.build_commands.entries()) {
    if (index < first) continue;
    await runInWorkspace(deps, site, { key: keys[index] as string, command, title: command });
  }
  await markCommandsRun(deps.store.pool, ref);
}

export function createRunStartup(deps: WorkspaceActivityDeps) {
  return function runStartup(ref: BuildRef): Promise<BuildOutcome> {
    return workOnBuild<BuildOutcome>(deps, ref, {
      clock: "build",
      run: async (site) => {
        const { startup } = site.work.workspace;
        const key = `startup-${ref.build_id}`;
        if (startup !== null)
          await runInWorkspace(deps, site, { key, command: startup, title: startupTitle });
        return { type: "done" };
      },
    });
  };
}
