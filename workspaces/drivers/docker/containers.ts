// Containers and volumes of the engine: found, made and removed. Everything is found again by its name.
import { setTimeout as pause } from "node:timers/promises";
import type Docker from "dockerode";
import * as z from "zod";
import { type Engine, type EngineRun, isRefusal, orNull } from "./engine.ts";
import { configLabel, type Place, refuseForeign, transportLabel } from "./place.ts";

export const labelsAnswer = z.record(z.string(), z.string()).nullish();

const containerAnswer = z
  .object({
    Id: z.string(),
    State: z.object({
      Running: z.boolean(),
      ExitCode: z.number().nullish(),
      OOMKilled: z.boolean().nullish(),
      Error: z.string().nullish(),
    }),
    Config: z.object({ Labels: labelsAnswer }),
  })
  .transform(({ Id, State, Config: { Labels } }) => ({
    id: Id,
    running: State.Running,
    exitCode: State.ExitCode ?? null,
    outOfMemory: State.OOMKilled ?? false,
    /** Why the engine could not start it, or empty. */
    error: State.Error ?? "",
    labels: Labels,
    /** What it was made with; see `configLabel`. */
    config: Labels?.[configLabel] ?? null,
    transport: Labels?.[transportLabel] ?? null,
  }));

export type ContainerView = Readonly<z.output<typeof containerAnswer>>;

/** The workspace's container, or one of its loaders; null when there is none. Throws when it is not ours. */
export async function findContainer(
  engine: Engine,
  place: Place,
  name = place.container,
): Promise<ContainerView | null> {
  const asked = engine.read(`describe the container ${name}`, containerAnswer, (docker, options) =>
    docker.getContainer(name).inspect(options),
  );
  const found = await orNull(asked);
  if (found !== null) refuseForeign(`container (${name})`, found.labels, place);
  return found;
}

/** Throws EngineError 409 when the name is taken. */
export async function createContainer(engine: Engine, name: string, spec: object): Promise<void> {
  await engine.call(`make the container ${name}`, (docker, options) =>
    docker.createContainer({ ...options, _query: { name }, _body: spec } as Docker.ContainerCreateOptions),
  );
}

/** Makes the workspace's container unless there is one, which another worker may just be making, or removing. */
export async function ensureContainer(engine: Engine, place: Place, spec: object): Promise<void> {
  await untilDone(engine, [409], async () => {
    try {
      await createContainer(engine, place.container, spec);
    } catch (error) {
      if (!isRefusal(error, 409) || (await findContainer(engine, place)) === null) throw error;
    }
  });
}

export async function removeContainer(engine: Engine, name: string): Promise<void> {
  // `v` also removes the volumes that an image declares for itself. They have no name to find them by later.
  await untilGone(engine, `remove the container ${name}`, (docker, options) =>
    docker.getContainer(name).remove({ ...options, force: true, v: true }),
  );
}

/** Makes the volume. The engine keeps the one it has, when a name is asked for twice. */
export async function ensureVolume(
  engine: Engine,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const body = { Name: name, Driver: "local", Labels: labels };
  await engine.call(`make the volume ${name}`, (docker, options) =>
    docker.createVolume({ ...options, _query: {}, _body: body } as Docker.VolumeCreateOptions),
  );
}

/** Both volumes of a workspace. Throws when one is not ours. */
export async function ensureVolumes(engine: Engine, place: Place): Promise<void> {
  for (const name of [place.files, place.state]) {
    await ensureVolume(engine, name, place.labels);
    await hasVolume(engine, place, name);
  }
}

const volumeAnswer = z.object({ Labels: labelsAnswer });

/** Throws when the volume is not ours. */
export async function hasVolume(engine: Engine, place: Place, name: string): Promise<boolean> {
  const asked = engine.read(`describe the volume ${name}`, volumeAnswer, (docker, options) =>
    docker.getVolume(name).inspect(options),
  );
  const found = await orNull(asked);
  if (found !== null) refuseForeign(`volume (${name})`, found.Labels, place);
  return found !== null;
}

export function removeVolume(engine: Engine, name: string): Promise<void> {
  return untilGone(engine, `remove the volume ${name}`, (docker, options) =>
    docker.getVolume(name).remove(options),
  );
}

/** Sends a removal until it is done or there is nothing left to remove. */
export async function untilGone(engine: Engine, what: string, run: EngineRun<unknown>): Promise<void> {
  await untilDone(engine, [403, 409], () => orNull(engine.call(what, run)));
}

// The engine answers 409 (a container is being removed, a volume is still mounted) or 403 (a network is still used) for a moment.
const triesMax = 25;
const pauseMs = 200;

async function untilDone(
  { signal }: Engine,
  passing: readonly number[],
  work: () => Promise<unknown>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isRefusal(error, ...passing) || tries >= triesMax) throw error;
    }
    await pause(pauseMs, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
  }
}
