// Fills the volumes of workspaces. A loader container that never runs holds them meanwhile; a marker, sent last, says that
// everything before it arrived. If a predecessor was killed half-way, everything is sent again over it.
import { basename } from "node:path";
import type { WorkspacePlan } from "../../../core/workspace/workspace-plan.ts";
import type { DriverStep } from "../../driver.ts";
import { egressEnvironment } from "../../egress/egress-environment.ts";
import type { AgentFiles, AgentFiller } from "./agent-volume.ts";
import {
  type ArchiveEntry,
  archiveOf,
  byRoot,
  byUser,
  entriesBelow,
  isInside,
  sendArchive,
} from "./archive.ts";
import { type ContainerWish, loaderSpec } from "./container-spec.ts";
import { createContainer, findContainer, removeContainer } from "./containers.ts";
import type { Engine } from "./engine.ts";
import type { EngineImage } from "./image.ts";
import { insidePaths } from "./place.ts";

export interface LoadVolumesInput {
  readonly wish: ContainerWish;
  readonly files: AgentFiles;
  readonly filler: AgentFiller;
  readonly step: DriverStep;
}

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Fills what is not yet filled, and touches nothing else, so that containers may run with it. The volumes must be there. */
export async function loadVolumes(
  engine: Engine,
  { wish, files, filler, step }: LoadVolumesInput,
): Promise<void> {
  const { place, plan } = wish;
  const { loader, nodeLoader, workspaceId } = place;
  // A predecessor that died, or was aborted, leaves its loaders.
  for (const name of filler.isFilling(workspaceId) ? [loader] : [loader, nodeLoader])
    if ((await findContainer(engine, place, name)) !== null) await removeContainer(engine, name);
  await createContainer(engine, loader, loaderSpec(wish));
  if (!(await isInside(engine, loader, insidePaths.agentComplete)))
    await filler.ensureFilled(files, place, step);
  if (!(await isInside(engine, loader, insidePaths.provisioned))) {
    step.log(plan.files === null ? "The workspace begins empty" : "Copying the template's files");
    // Unpacked at the root, because the folders that volumes are mounted at get their owners only this way.
    const archive = archiveOf(workspaceEntries(plan));
    await sendArchive(engine, { container: loader, to: "/", archive });
  }
  await removeContainer(engine, loader);
}

/** Whether the volumes that this container holds are filled. */
export async function isLoaded(engine: Engine, container: string): Promise<boolean> {
  const { agentComplete, provisioned } = insidePaths;
  return (await isInside(engine, container, agentComplete)) && isInside(engine, container, provisioned);
}

async function* workspaceEntries(plan: WorkspacePlan): AsyncGenerator<ArchiveEntry> {
  const { files, state, agentState, provisioned } = insidePaths;
  const folder = (path: string, mode: number, owner: typeof byUser): ArchiveEntry => {
    return { header: { ...owner, type: "directory", name: inArchive(path), mode } };
  };
  yield folder(state, 0o755, byRoot);
  yield folder(agentState, 0o700, byUser);
  yield folder(files, 0o755, byUser);
  if (plan.files !== null) yield* entriesBelow(plan.files, inArchive(files));
  yield ofRoot(inArchive(provisioned), "complete\n");
}

function ofRoot(name: string, content: string): ArchiveEntry {
  return { header: { ...byRoot, name, mode: 0o444 }, content };
}

/** Archives that are unpacked at the root name their files without it. */
function inArchive(path: string): string {
  return path.slice(1);
}

/** Writes the present environment of processes into a container before it is started. */
export async function sendEnvironment(
  engine: Engine,
  { place, plan }: ContainerWish,
  image: EngineImage,
): Promise<void> {
  const content = JSON.stringify(environmentOf(plan, image));
  const archive = archiveOf([ofRoot(basename(insidePaths.environment), content)]);
  await sendArchive(engine, { container: place.container, to: insidePaths.state, archive });
}

/** What processes find in their environment: the image's variables, then the template's. */
export function environmentOf(plan: WorkspacePlan, image: EngineImage): Record<string, string> {
  const ofImage = image.env
    .map((line) => [line.split("=", 1)[0] ?? "", line.split("=").slice(1).join("=")] as const)
    // The home is the workspace. A name that no shell accepts must not keep the agent from starting.
    .filter(([name]) => name !== "HOME" && /^[A-Za-z_]\w*$/.test(name));
  const ways = plan.network === true ? egressEnvironment() : {};
  const all = { PATH: defaultPath, ...Object.fromEntries(ofImage), ...ways, ...plan.env };
  // Ours is last: an image's own node is found first, and an image without one has ours.
  return { ...all, PATH: `${all.PATH}:${insidePaths.agent}` };
}
