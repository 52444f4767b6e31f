// How files get into volumes. The engine takes archives for containers only, so a loader container that never runs holds the
// volumes while they are filled; a marker, sent last, says that everything before it arrived. What a killed predecessor left
// half is sent again over it.
import { basename } from "node:path";
import type { WorkspacePlan } from "../../../core/workspace/workspace-plan.ts";
import type { DriverStep } from "../../driver.ts";
import { egressEnvironment } from "../../egress/egress-environment.ts";
import { type AgentFiles, type AgentFiller, isInside, sendArchive } from "./agent-volume.ts";
import { type ArchiveEntry, archiveOf, byRoot, byUser, entriesBelow } from "./archive.ts";
import { type ContainerWish, loaderSpec } from "./container-spec.ts";
import { createContainer, findContainer, removeContainer } from "./containers.ts";
import type { Engine } from "./engine.ts";
import type { EngineImage } from "./image.ts";
import { insidePaths, namesOf } from "./place.ts";

export interface LoadVolumesInput {
  readonly wish: ContainerWish;
  readonly files: AgentFiles;
  readonly image: EngineImage;
  readonly step: DriverStep;
  readonly filler: AgentFiller;
}

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Fills what is not yet filled. The volumes must be there. */
export async function loadVolumes(engine: Engine, input: LoadVolumesInput): Promise<void> {
  const { wish, image, step } = input;
  await inLoader(engine, input, async (container, has) => {
    await loadProgram(input, has);
    if (await has(insidePaths.provisioned)) return;
    step.log(wish.plan.files === null ? "The workspace begins empty" : "Copying the template's files");
    // Unpacked at the root, as only so the folders that volumes are mounted at get their owners.
    const archive = archiveOf(workspaceEntries(wish.plan, image));
    await sendArchive(engine, { container, to: "/", archive }, step.signal);
  });
}

/** Fills the volume of the agent's program alone, and touches nothing that may be in use. */
export async function prepareProgram(engine: Engine, input: LoadVolumesInput): Promise<void> {
  await inLoader(engine, input, (_, has) => loadProgram(input, has));
}

type Has = (path: string) => Promise<boolean>;

async function loadProgram({ wish, files, step, filler }: LoadVolumesInput, has: Has): Promise<void> {
  if (!(await has(insidePaths.agentComplete))) await filler.ensureFilled({ files, place: wish.place }, step);
}

async function inLoader(
  engine: Engine,
  input: LoadVolumesInput,
  run: (container: string, has: Has) => Promise<void>,
): Promise<void> {
  const { wish, step } = input;
  const container = namesOf(wish.place).loader;
  await removeLoaders(engine, input);
  await createContainer(engine, { name: container, spec: loaderSpec(wish) }, step.signal);
  await run(container, (path) => isInside(engine, { container, path }, step.signal));
  await removeContainer(engine, container, step.signal);
}

/** Whether the volumes that this container holds are filled. */
export async function isLoaded(engine: Engine, container: string, signal: AbortSignal): Promise<boolean> {
  const has = (path: string) => isInside(engine, { container, path }, signal);
  return (await has(insidePaths.agentComplete)) && has(insidePaths.provisioned);
}

/** Of a predecessor that died, or was aborted, while it filled volumes. */
export async function removeLoaders(
  engine: Engine,
  { wish: { place }, step: { signal }, filler }: LoadVolumesInput,
): Promise<void> {
  const { loader, nodeLoader } = namesOf(place);
  for (const name of filler.isFilling(place.workspaceId) ? [loader] : [loader, nodeLoader])
    if ((await findContainer(engine, { place, name }, signal)) !== null)
      await removeContainer(engine, name, signal);
}

async function* workspaceEntries(plan: WorkspacePlan, image: EngineImage): AsyncGenerator<ArchiveEntry> {
  const { files, state, agentState, environment, provisioned } = insidePaths;
  const folder = (path: string, mode: number, owner: typeof byUser): ArchiveEntry => {
    return { header: { ...owner, type: "directory", name: inArchive(path), mode } };
  };
  yield folder(state, 0o755, byRoot);
  yield folder(agentState, 0o700, byUser);
  yield ofRoot(inArchive(environment), JSON.stringify(environmentOf(plan, image)));
  yield folder(files, 0o755, byUser);
  if (plan.files !== null) yield* entriesBelow(plan.files, inArchive(files));
  yield ofRoot(inArchive(provisioned), "complete\n");
}

function ofRoot(name: string, content: string): ArchiveEntry {
  return { header: { ...byRoot, name, mode: 0o444 }, content };
}

/** Writes the environment of processes as it is now into a container that is to be started. */
export async function sendEnvironment(
  engine: Engine,
  container: string,
  load: LoadVolumesInput,
): Promise<void> {
  const { wish, image, step } = load;
  const content = JSON.stringify(environmentOf(wish.plan, image));
  const archive = archiveOf([ofRoot(basename(insidePaths.environment), content)]);
  await sendArchive(engine, { container, to: insidePaths.state, archive }, step.signal);
}

/** What processes find in their environment: the image's variables, then the template's. */
export function environmentOf(plan: WorkspacePlan, image: EngineImage): Record<string, string> {
  const ofImage = image.env
    .map((line) => [line.split("=", 1)[0] ?? "", line.split("=").slice(1).join("=")] as const)
    // The home is the workspace. A name no shell could say is no reason for the agent not to start.
    .filter(([name]) => name !== "HOME" && /^[A-Za-z_]\w*$/.test(name));
  const ways = plan.network === true ? egressEnvironment() : {};
  const all: Record<string, string> = {
    PATH: defaultPath,
    ...Object.fromEntries(ofImage),
    ...ways,
    ...plan.env,
  };
  // Ours last, so that an image's own node is found before it, and an image without one has ours.
  return { ...all, PATH: `${all["PATH"]}:${insidePaths.agent}` };
}

/** Archives that are unpacked at the root name their files without it. */
function inArchive(path: string): string {
  return path.slice(1);
}
