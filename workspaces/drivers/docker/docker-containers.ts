// Workspaces: drivers make the place. This file: containers of the engine, made, looked at, started and ended.
import * as z from "zod";
import { configLabel, namesOf, type Place, refuseForeign } from "./docker-place.ts";
import { orNull } from "./docker-volumes.ts";
import type { EngineClient } from "./engine/engine-client.ts";
import { EngineError } from "./engine/engine-request.ts";

const portBinding = z.object({ HostIp: z.string().nullish(), HostPort: z.string().nullish() });

const containerAnswer = z.object({
  Id: z.string(),
  State: z.object({
    Running: z.boolean(),
    ExitCode: z.number().nullish(),
    OOMKilled: z.boolean().nullish(),
    Error: z.string().nullish(),
  }),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }),
  NetworkSettings: z.object({
    Ports: z.record(z.string(), z.array(portBinding).nullish()).nullish(),
    Networks: z.record(z.string(), z.object({ IPAddress: z.string().nullish() }).nullish()).nullish(),
  }),
});

export interface ContainerView {
  readonly running: boolean;
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
  /** Why the engine could not start it, or empty. */
  readonly error: string;
  /** What it was made with; see `configLabel`. */
  readonly config: string | null;
  /** Port on the engine's machine for a port of the container, if it is published. */
  publishedPort(containerPort: number): number | null;
  /** In the workspace's own network. */
  readonly address: string | null;
}

/** The workspace's container, or its loader; null when there is none. Throws when it belongs to somebody else. */
export async function findContainer(
  engine: EngineClient,
  { place, name }: { readonly place: Place; readonly name: string },
  signal?: AbortSignal,
): Promise<ContainerView | null> {
  const call = { method: "GET", path: `/containers/${name}/json`, ...(signal && { signal }) } as const;
  const found = await orNull(engine.json(call, containerAnswer));
  if (found === null) return null;
  refuseForeign(`container (${name})`, found.Config.Labels, place);
  const { State, Config, NetworkSettings } = found;
  return {
    running: State.Running,
    exitCode: State.ExitCode ?? null,
    outOfMemory: State.OOMKilled ?? false,
    error: State.Error ?? "",
    config: Config.Labels?.[configLabel] ?? null,
    publishedPort: (containerPort) => publishedPort(NetworkSettings.Ports?.[`${containerPort}/tcp`]),
    address: NetworkSettings.Networks?.[namesOf(place.workspaceId).network]?.IPAddress || null,
  };
}

function publishedPort(bindings: readonly z.infer<typeof portBinding>[] | null | undefined): number | null {
  const port = Number(bindings?.find((binding) => binding.HostPort)?.HostPort ?? 0);
  return port > 0 ? port : null;
}

/** Makes a container. Throws EngineError 409 when the name is taken. */
export async function createContainer(
  engine: EngineClient,
  { name, spec }: { readonly name: string; readonly spec: unknown },
  signal: AbortSignal,
): Promise<void> {
  await engine.done({ method: "POST", path: "/containers/create", query: { name }, body: spec, signal });
}

export async function startContainer(engine: EngineClient, name: string, signal: AbortSignal): Promise<void> {
  await engine.done({ method: "POST", path: `/containers/${name}/start`, signal });
}

/** Ends what runs in it, politely for `graceSeconds`. It may have ended, or be gone. */
export async function stopContainer(engine: EngineClient, name: string, graceSeconds: number): Promise<void> {
  const query = { t: String(graceSeconds) };
  await orNull(engine.done({ method: "POST", path: `/containers/${name}/stop`, query }));
}

export async function removeContainer(
  engine: EngineClient,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  // `v`: volumes an image declares for itself have no name, and nobody else would ever remove them.
  const query = { force: "true", v: "true" };
  await untilGone(engine, {
    method: "DELETE",
    path: `/containers/${name}`,
    query,
    ...(signal && { signal }),
  });
}

// The engine says 409 (a container being removed, a volume still mounted) or 403 (a network still used) while an earlier
// removal goes on; that takes a moment, not longer.
const removalTriesMax = 25;
const removalPauseMs = 200;

/** Sends a removal until it is done or there is nothing left to remove. */
export async function untilGone(
  engine: EngineClient,
  call: Parameters<EngineClient["done"]>[0],
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await orNull(engine.done(call));
      return;
    } catch (error) {
      const goesOn = error instanceof EngineError && (error.status === 409 || error.status === 403);
      if (!goesOn || tries >= removalTriesMax) throw error;
      await pause(removalPauseMs, call.signal);
    }
  }
}

/** Waits, unless it is aborted: then the signal's reason is thrown. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
    if (signal?.aborted === true) done();
  });
  signal?.throwIfAborted();
}
