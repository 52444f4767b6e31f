// Containers and volumes of the engine: found, made and removed. Everything is found again by its name.
import { setTimeout as pause } from "node:timers/promises";
import type Docker from "dockerode";
import * as z from "zod";
import { anything, type CallOptions, type Engine, EngineError, orNull } from "./engine.ts";
import { configLabel, labelsOf, namesOf, type Place, refuseForeign, transportLabel } from "./place.ts";

const labels = z.record(z.string(), z.string()).nullish();

const containerAnswer = z.object({
  Id: z.string(),
  State: z.object({
    Running: z.boolean(),
    ExitCode: z.number().nullish(),
    OOMKilled: z.boolean().nullish(),
    Error: z.string().nullish(),
  }),
  Config: z.object({ Labels: labels }),
});

export interface ContainerView {
  readonly id: string;
  readonly running: boolean;
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
  /** Why the engine could not start it, or empty. */
  readonly error: string;
  /** What it was made with; see `configLabel`. */
  readonly config: string | null;
  readonly transport: string | null;
}

export interface NamedContainer {
  readonly place: Place;
  readonly name: string;
}

/** A workspace's container, or one of its loaders; null when there is none. Throws when it belongs to somebody else. */
export async function findContainer(
  engine: Engine,
  { place, name }: NamedContainer,
  signal?: AbortSignal,
): Promise<ContainerView | null> {
  const asked = engine.call({
    what: `describe the container ${name}`,
    signal,
    answer: containerAnswer,
    run: (docker, options) => docker.getContainer(name).inspect(options),
  });
  const found = await orNull(asked);
  if (found === null) return null;
  const { Id, State, Config } = found;
  refuseForeign(`container (${name})`, Config.Labels, place);
  return {
    id: Id,
    running: State.Running,
    exitCode: State.ExitCode ?? null,
    outOfMemory: State.OOMKilled ?? false,
    error: State.Error ?? "",
    config: Config.Labels?.[configLabel] ?? null,
    transport: Config.Labels?.[transportLabel] ?? null,
  };
}

/** Makes a container. Throws EngineError 409 when the name is taken. */
export async function createContainer(
  engine: Engine,
  { name, spec }: { readonly name: string; readonly spec: unknown },
  signal: AbortSignal,
): Promise<void> {
  await engine.call({
    what: `make the container ${name}`,
    signal,
    answer: anything,
    run: (docker, options) =>
      docker.createContainer({ ...options, _query: { name }, _body: spec } as Docker.ContainerCreateOptions),
  });
}

/** Makes a container unless there is one of this name, which another worker may just be making, or removing. */
export async function ensureContainer(
  engine: Engine,
  { place, name, spec }: NamedContainer & { readonly spec: unknown },
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await createContainer(engine, { name, spec }, signal);
      return;
    } catch (error) {
      const isTaken = error instanceof EngineError && error.status === 409;
      if (!isTaken || tries >= triesMax) throw error;
      if ((await findContainer(engine, { place, name }, signal)) !== null) return;
      await pauseFor(signal);
    }
  }
}

export async function removeContainer(engine: Engine, name: string, signal?: AbortSignal): Promise<void> {
  await untilGone(engine, {
    what: `remove the container ${name}`,
    signal,
    // `v`: volumes an image declares for itself have no name, and nobody else would ever remove them.
    run: (docker, options) => docker.getContainer(name).remove({ ...options, force: true, v: true }),
  });
}

const volumeAnswer = z.object({ Name: z.string(), Labels: labels });

/** Makes the volume. The engine keeps the one it has, when a name is asked for twice. */
export async function ensureVolume(
  engine: Engine,
  { name, labels: wanted }: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
  signal?: AbortSignal,
): Promise<void> {
  const body = { Name: name, Driver: "local", Labels: wanted };
  await engine.call({
    what: `make the volume ${name}`,
    signal,
    answer: anything,
    run: (docker, options) =>
      docker.createVolume({ ...options, _query: {}, _body: body } as Docker.VolumeCreateOptions),
  });
}

/** Both volumes of a workspace. Throws when one belongs to somebody else. */
export async function ensureVolumes(engine: Engine, place: Place, signal: AbortSignal): Promise<void> {
  const { files, state } = namesOf(place);
  for (const name of [files, state]) {
    await ensureVolume(engine, { name, labels: labelsOf(place) }, signal);
    await hasVolume(engine, { place, name }, signal);
  }
}

/** Throws when the volume belongs to somebody else. */
export async function hasVolume(
  engine: Engine,
  { place, name }: NamedContainer,
  signal: AbortSignal,
): Promise<boolean> {
  const asked = engine.call({
    what: `describe the volume ${name}`,
    signal,
    answer: volumeAnswer,
    run: (docker, options) => docker.getVolume(name).inspect(options),
  });
  const found = await orNull(asked);
  if (found !== null) refuseForeign(`volume (${name})`, found.Labels, place);
  return found !== null;
}

// The engine says 409 (a container being removed, a volume still mounted) or 403 (a network still used) while something else
// goes on; that takes a moment, not longer.
const triesMax = 25;
const pauseMs = 200;

async function pauseFor(signal: AbortSignal | undefined): Promise<void> {
  await pause(pauseMs, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
}

interface Removal {
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  run(docker: Docker, options: CallOptions): Promise<unknown>;
}

/** Sends a removal until it is done or there is nothing left to remove. */
export async function untilGone(engine: Engine, removal: Removal): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await orNull(engine.call({ ...removal, answer: anything }));
      return;
    } catch (error) {
      const goesOn = error instanceof EngineError && (error.status === 409 || error.status === 403);
      if (!goesOn || tries >= triesMax) throw error;
      await pauseFor(removal.signal);
    }
  }
}
