// `provisionWorkspace` has the driver create the workspace's place.
import { markProvisioned } from "../../store/workspace/build-work.ts";
import type { BuildOutcome, BuildRef } from "../contract.ts";
import { type BuildSite, type WorkspaceActivityDeps, workOnBuild } from "./work-on-build.ts";

export function createProvisionWorkspace(deps: WorkspaceActivityDeps) {
  return function provisionWorkspace(ref: BuildRef): Promise<BuildOutcome> {
    return workOnBuild<BuildOutcome>(deps, ref, { clock: "build", run: (site) => provision(deps, site) });
  };
}

async function provision({ driver, store, failpoint }: WorkspaceActivityDeps, site: BuildSite) {
  const { workspace, build, has_predecessor } = site.work;
  if (build.provisioned) return { type: "done" } as const;
  // What a failed or cancelled build left half is no beginning for this one.
  if (has_predecessor) await driver.destroy(workspace.id);
  const log = (line: string) => site.log.line(line);
  await driver.provision(workspace.id, workspace.plan, { signal: site.signal, log });
  site.signal.throwIfAborted();
  await markProvisioned(store.pool, { workspace_id: workspace.id, build_id: build.id });
  failpoint("build:provisioned");
  return { type: "done" } as const;
}
