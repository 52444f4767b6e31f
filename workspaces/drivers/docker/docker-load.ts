// Workspaces: drivers make the place. This file: how files get into volumes. The engine takes archives for containers
// only, so a loader container that never runs holds the volumes while they are filled; a marker, sent last, says that
// everything before it arrived. What a killed predecessor left half is sent again over it.
import { basename, dirname } from "node:path/posix";
import type { WorkspacePlan } from "../../../core/workspace/workspace-plan.ts";
import type { DriverStep } from "../../driver.ts";
import type { AgentFiles } from "./docker-agent-files.ts";
import { type ContainerWish, loaderSpec } from "./docker-container-spec.ts";
import { createContainer, findContainer, removeContainer } from "./docker-containers.ts";
import type { EngineImage } from "./docker-image.ts";
import { insidePaths, insideUserId, namesOf, type Place } from "./docker-place.ts";
import { readTemplateFiles } from "./docker-template-files.ts";
import { orNull, removeOldAgents } from "./docker-volumes.ts";
import type { EngineClient } from "./engine/engine-client.ts";
import { type TarEntry, writeTar } from "./engine/tar.ts";

export interface Load {
  readonly wish: ContainerWish;
  readonly agent: AgentFiles;
  readonly image: EngineImage;
}

/** Runs one after the other what fills the one volume that all workspaces share. */
export type AgentTurn = <T>(run: () => Promise<T>) => Promise<T>;

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const rootOwned = { uid: 0, gid: 0 };
const userOwned = { uid: insideUserId, gid: insideUserId };

/** Fills what is not yet filled. The volumes must be there. */
export async function loadVolumes(
  engine: EngineClient,
  load: Load,
  { step, agentTurn }: { readonly step: DriverStep; readonly agentTurn: AgentTurn },
): Promise<void> {
  const { place, plan } = load.wish;
  const name = namesOf(place.workspaceId).loader;
  const { signal } = step;
  await removeLoader(engine, place, signal);
  await createContainer(engine, { name, spec: loaderSpec(load.wish) }, signal);

  if (!(await isInside(engine, { name, path: insidePaths.agentComplete }, signal)))
    await agentTurn(() => sendAgent(engine, { name, agent: load.agent, deployment: place.deployment }, step));
  if (!(await isInside(engine, { name, path: insidePaths.provisioned }, signal))) {
    step.log(plan.files === null ? "The workspace begins empty" : "Copying the template's files");
    await send(engine, { name, entries: workspaceEntries(plan, load.image) }, signal);
  }
  await removeContainer(engine, name, signal);
}

/**
 * Puts the token where the agent that is started next reads it and removes it: a container's environment could be read by all
 * that runs in it.
 */
export async function sendToken(
  engine: EngineClient,
  { place, token }: { readonly place: Place; readonly token: string },
  signal: AbortSignal,
): Promise<void> {
  const folder = dirname(insidePaths.token);
  const path = `/containers/${namesOf(place.workspaceId).container}/archive`;
  const file = {
    ...userOwned,
    path: basename(insidePaths.token),
    mode: 0o400,
    bytes: Buffer.from(token),
  } as const;
  const archive = writeTar([{ ...file, type: "file" }]);
  await engine.done({ method: "PUT", path, query: { path: folder }, archive, signal });
}

/** Of a predecessor that died while it filled volumes. */
export async function removeLoader(engine: EngineClient, place: Place, signal: AbortSignal): Promise<void> {
  const name = namesOf(place.workspaceId).loader;
  if ((await findContainer(engine, { place, name }, signal)) !== null)
    await removeContainer(engine, name, signal);
}

async function sendAgent(
  engine: EngineClient,
  {
    name,
    agent,
    deployment,
  }: { readonly name: string; readonly agent: AgentFiles; readonly deployment: string },
  step: DriverStep,
): Promise<void> {
  // Another workspace's loader may have filled it while this one waited for its turn.
  if (await isInside(engine, { name, path: insidePaths.agentComplete }, step.signal)) return;
  step.log("Copying the workspace agent into the engine, once for all workspaces");
  await send(engine, { name, entries: agentEntries(agent) }, step.signal);
  await removeOldAgents(engine, { agentDigest: agent.digest, deployment }, step.signal);
}

function* agentEntries(agent: AgentFiles): Generator<TarEntry> {
  const below = archivePath(insidePaths.agent);
  yield { ...rootOwned, type: "folder", path: below, mode: 0o755 };
  for (const entry of agent.entries) yield { ...entry, path: `${below}/${entry.path}` };
  yield marker(insidePaths.agentComplete);
}

async function* workspaceEntries(plan: WorkspacePlan, image: EngineImage): AsyncGenerator<TarEntry> {
  const files = archivePath(insidePaths.files);
  const environment = Buffer.from(JSON.stringify(environmentOf(plan, image)));
  yield { ...rootOwned, type: "folder", path: archivePath(insidePaths.state), mode: 0o755 };
  yield { ...userOwned, type: "folder", path: archivePath(insidePaths.agentState), mode: 0o700 };
  yield {
    ...rootOwned,
    type: "file",
    path: archivePath(insidePaths.environment),
    mode: 0o444,
    bytes: environment,
  };
  yield { ...userOwned, type: "folder", path: files, mode: 0o755 };
  if (plan.files !== null) yield* readTemplateFiles(plan.files, files);
  yield marker(insidePaths.provisioned);
}

/** What processes find in their environment: the image's variables, then the template's. */
export function environmentOf(plan: WorkspacePlan, image: EngineImage): Record<string, string> {
  const ofImage = image.env
    .map((line) => [line.split("=", 1)[0] ?? "", line.split("=").slice(1).join("=")] as const)
    // The home is the workspace. A name no shell could say is no reason for the agent not to start.
    .filter(([name]) => name !== "HOME" && /^[A-Za-z_]\w*$/.test(name));
  const all: Record<string, string> = { PATH: defaultPath, ...Object.fromEntries(ofImage), ...plan.env };
  // Ours last, so that an image's own node is found before it, and an image without one has ours.
  return { ...all, PATH: `${all["PATH"]}:${insidePaths.agent}` };
}

function marker(path: string): TarEntry {
  return {
    ...rootOwned,
    type: "file",
    path: archivePath(path),
    mode: 0o444,
    bytes: Buffer.from("complete\n"),
  };
}

/** Archives are unpacked at the root, as only so the folders that volumes are mounted at get their owners. */
function archivePath(inside: string): string {
  return inside.slice(1);
}

async function send(
  engine: EngineClient,
  {
    name,
    entries,
  }: { readonly name: string; readonly entries: AsyncIterable<TarEntry> | Iterable<TarEntry> },
  signal: AbortSignal,
): Promise<void> {
  const path = `/containers/${name}/archive`;
  await engine.done({ method: "PUT", path, query: { path: "/" }, archive: writeTar(entries), signal });
}

async function isInside(
  engine: EngineClient,
  { name, path }: { readonly name: string; readonly path: string },
  signal: AbortSignal,
): Promise<boolean> {
  const call = { method: "HEAD", path: `/containers/${name}/archive`, query: { path }, signal } as const;
  return (await orNull(engine.done(call).then(() => true))) ?? false;
}
