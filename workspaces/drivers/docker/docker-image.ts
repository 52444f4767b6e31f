// Workspaces: drivers make the place. This file: images are found or pulled, and pulling is told line by line.
import * as z from "zod";
import { type DriverStep, WorkspaceError } from "../../driver.ts";
import type { EngineClient } from "./engine/engine-client.ts";
import { EngineError } from "./engine/engine-request.ts";

export interface EngineImage {
  readonly id: string;
  /** `NAME=value` as the image sets it: PATH above all. */
  readonly env: readonly string[];
}

// Layers may take long between two lines, but not this long.
const pullSilenceMaxMs = 120_000;
const pullLineCharsMax = 1024 * 1024;

const imageAnswer = z.object({
  Id: z.string(),
  Config: z.object({ Env: z.array(z.string()).nullish() }).nullish(),
});

const pullLine = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string().optional() }).nullish(),
  progressDetail: z.record(z.string(), z.unknown()).nullish(),
});

/** The image, pulled if the engine does not have it. Throws `image_missing` in the words of whoever refused it. */
export async function ensureImage(
  engine: EngineClient,
  image: string,
  step: DriverStep,
): Promise<EngineImage> {
  const present = await findImage(engine, image, step.signal);
  if (present !== null) return present;
  step.log(`Pulling image ${image}`);
  await pull(engine, image, step);
  const pulled = await findImage(engine, image, step.signal);
  if (pulled === null)
    throw new WorkspaceError(
      "image_missing",
      `The image ${image} was pulled, but the engine does not have it.`,
    );
  step.log(`Pulled image ${image}`);
  return pulled;
}

async function findImage(
  engine: EngineClient,
  image: string,
  signal: AbortSignal,
): Promise<EngineImage | null> {
  try {
    const path = `/images/${encodeReference(image)}/json`;
    const answer = await engine.json({ method: "GET", path, signal }, imageAnswer);
    return { id: answer.Id, env: answer.Config?.Env ?? [] };
  } catch (error) {
    if (error instanceof EngineError && error.status === 404) return null;
    if (error instanceof EngineError && error.status === 400) throw missing(image, error.message);
    throw error;
  }
}

async function pull(engine: EngineClient, image: string, step: DriverStep): Promise<void> {
  const { name, tag } = splitReference(image);
  const call = {
    method: "POST",
    path: "/images/create",
    query: { fromImage: name, tag },
    signal: step.signal,
    silenceMaxMs: pullSilenceMaxMs,
  } as const;
  let last = "";
  try {
    for await (const text of linesOf(engine.stream(call))) {
      const said = wordsOf(text, image);
      if (said === null || said === last) continue;
      last = said;
      step.log(said);
    }
  } catch (error) {
    if (error instanceof EngineError) throw missing(image, error.message);
    throw error;
  }
}

/** What a line of the pull says to people; null for progress bars. Throws `image_missing` when it is an error. */
function wordsOf(text: string, image: string): string | null {
  const parsed = pullLine.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { id, status, error, errorDetail, progressDetail } = parsed.data;
  const fault = errorDetail?.message ?? error;
  if (fault !== undefined) throw missing(image, fault);
  if (status === undefined || Object.keys(progressDetail ?? {}).length > 0) return null;
  return id === undefined ? status : `${id}: ${status}`;
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
    if (rest.length > pullLineCharsMax)
      throw new WorkspaceError("driver_failed", "The container engine reports a pull in lines without end.");
  }
  // A connection that is cut may end in the middle of a line: that line counts for nothing, the image is looked for anyway.
  yield rest;
}

/** `name[:tag][@digest]`. Without a tag the engine would pull all of them; a digest takes the tag's place. */
export function splitReference(image: string): { readonly name: string; readonly tag: string } {
  const at = image.indexOf("@");
  const tagged = at === -1 ? image : image.slice(0, at);
  // A colon before the last slash belongs to the port of a registry.
  const colon = tagged.indexOf(":", tagged.lastIndexOf("/") + 1);
  const name = colon === -1 ? tagged : tagged.slice(0, colon);
  if (at !== -1) return { name, tag: image.slice(at + 1) };
  return { name, tag: colon === -1 ? "latest" : tagged.slice(colon + 1) };
}

/** As the engine's own client sends it: slashes and colons belong to the path. */
function encodeReference(image: string): string {
  return encodeURIComponent(image).replaceAll("%2F", "/").replaceAll("%3A", ":").replaceAll("%40", "@");
}

function missing(image: string, why: string): WorkspaceError {
  return new WorkspaceError("image_missing", `The image ${image} cannot be had: ${why}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
