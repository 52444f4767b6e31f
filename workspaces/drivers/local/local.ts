// The driver `local`: a folder, bubblewrap around it, and an agent that outlives the worker. All state is on disk and in the process
// table, so any worker on the machine can continue after another one died.
import { lstat, mkdir } from "node:fs/promises";
import path from "node:path";
import type { Logger } from "../../../platform/logger.ts";
import { agentBundle } from "../../agent-bundle.ts";
import { type AgentKeys, agentTokensOf } from "../../client/agent-token.ts";
import { type WorkspaceDriver, WorkspaceError } from "../../driver.ts";
import { askAgent, bringUpAgent } from "./connect-agent.ts";
import { endProcesses } from "./end-processes.ts";
import { copyTemplate } from "./place/copy-template.ts";
import { unbroken, withFolderLock } from "./place/folder-lock.ts";
import { bringBack, idsIn, keepPlaces, removeSetAside } from "./place/keep-places.ts";
import { ownerOf, refuseOthers, writeMark } from "./place/place-mark.ts";
import { removeTree } from "./place/remove-tree.ts";
import {
  placesOf,
  removeSocketAddress,
  type WorkspacePlace,
  type WorkspacePlaces,
} from "./place/workspace-place.ts";
import { findSandbox } from "./sandbox/find-sandbox.ts";
import type { Sandbox } from "./sandbox/sandbox-command.ts";
import { ownerOutside } from "./sandbox/sandbox-user.ts";

const unsandboxedWarning =
  "Workspaces run WITHOUT a sandbox (EVERTURN_ALLOW_UNSANDBOXED): whatever a model runs has all rights of this process, on all of its files and networks.";

export interface LocalDriverSettings extends AgentKeys {
  /** Everturn's data folder. No workspace sees any of it. */
  readonly dataDir: string;
  /** Where workspaces are kept; `workspaces` in the data folder by default. */
  readonly folder?: string;
  /** Where the bundled agent is kept; `bundles` in the data folder by default. */
  readonly bundlesDir?: string;
  /** The id of the deployment, which every place carries. */
  readonly deployment: string;
  /** Whether to run without a sandbox if there is none. */
  readonly allowUnsandboxed: boolean;
  /** The program bubblewrap; looked up on PATH and in the cache by default. */
  readonly bwrapPath?: string | undefined;
  readonly logger?: Pick<Logger, "warn" | "info">;
}

export function createLocalDriver(settings: LocalDriverSettings): WorkspaceDriver {
  const { dataDir, deployment } = settings;
  const places = placesOf(settings.folder ?? path.join(dataDir, "workspaces"));
  const agent = once(
    async () => (await agentBundle(settings.bundlesDir ?? path.join(dataDir, "bundles"))).path,
  );
  const sandbox = findOnce(settings, agent);

  return {
    name: "local",
    async probe() {
      return (await sandbox()) === null ? [unsandboxedWarning] : [];
    },
    async provision(workspaceId, plan, step) {
      const place = places.of(workspaceId);
      // First, so that nothing is created if nothing may be run.
      await sandbox();
      await mkdir(places.root, { recursive: true, mode: 0o700 });
      const { signal } = step;
      await withFolderLock(place.lock, signal, async () => {
        await bringBack(places, place);
        await refuseOthers(place.mark, deployment);
        await mkdir(place.folder, { recursive: true, mode: 0o700 });
        // Before anything else is in the folder, so that it never lacks an owner.
        await writeMark(place.mark, deployment);
        if (await isProvisioned(place)) return;
        const owner = ownerOutside(workspaceId);
        await copyTemplate({
          from: plan.files,
          to: place.files,
          owner,
          signal,
          log: (line) => step.log(line),
        });
      });
    },
    async connect(workspaceId, plan, signal) {
      const place = places.of(workspaceId);
      const tokens = agentTokensOf(settings, workspaceId);
      await refuseOthers(place.mark, deployment);
      const { address, answer } = await askAgent(place, tokens, signal);
      if (answer === "ours") return address;
      const [found, bundle] = await Promise.all([sandbox(), agent()]);
      return withFolderLock(place.lock, signal, async () => {
        // The database knows this workspace, so it does not belong into quarantine.
        await bringBack(places, place);
        if (!(await isProvisioned(place))) {
          throw new WorkspaceError("workspace_missing", "This workspace does not exist (any more).");
        }
        settings.logger?.info({ workspace_id: workspaceId }, "starting the agent of a workspace");
        return bringUpAgent({ place, plan, tokens, dataDir, bundle, sandbox: found }, signal);
      });
    },
    async stop(workspaceId) {
      const place = places.of(workspaceId);
      await refuseOthers(place.mark, deployment);
      await withFolderLock(place.lock, unbroken, () => endProcesses(place));
    },
    destroy: (workspaceId) => destroy(places, workspaceId, deployment),
    async list() {
      const ids = await idsIn(places.root);
      const owners = await Promise.all(ids.map((id) => ownerOf(places.of(id).mark, deployment)));
      return ids.filter((_, at) => owners[at] !== "others");
    },
    keeping: keepPlaces(places, deployment),
  };
}

async function destroy(places: WorkspacePlaces, workspaceId: string, deployment: string): Promise<void> {
  const place = places.of(workspaceId);
  await withFolderLock(place.lock, unbroken, async () => {
    await refuseOthers(place.mark, deployment);
    await endProcesses(place);
    await removeSocketAddress(place);
    await removeTree(place.folder);
    await removeSetAside(places, place);
  });
}

async function isProvisioned(place: WorkspacePlace): Promise<boolean> {
  return (await lstat(place.files).catch(() => null))?.isDirectory() ?? false;
}

/**
 * Null if there is no sandbox and running without one is allowed. Only a working sandbox is remembered: after a failure the next call
 * looks again, because the machine may just have been busy.
 */
function findOnce(
  settings: LocalDriverSettings,
  agent: () => Promise<string>,
): () => Promise<Sandbox | null> {
  const { bwrapPath, dataDir } = settings;
  const find = once(async () => findSandbox({ bwrapPath, dataDir, bundle: await agent() }));
  return async () => {
    try {
      return await find();
    } catch (error) {
      if (!settings.allowUnsandboxed || !(error instanceof WorkspaceError)) throw error;
      settings.logger?.warn({ reason: error.message }, unsandboxedWarning);
      return null;
    }
  };
}

/** Shares one result between all callers. After a failure the next call does the work again. */
function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let last: Promise<Result> | null = null;
  return () => {
    last ??= work().catch((error: unknown) => {
      last = null;
      throw error;
    });
    return last;
  };
}
