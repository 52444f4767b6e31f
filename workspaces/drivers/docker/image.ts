// Finds images, or pulls them and tells line by line how that goes.
import { createInterface } from "node:readline";
import * as z from "zod";
import { type DriverStep, WorkspaceError } from "../../driver.ts";
import { type Engine, EngineError, isRefusal, orNull } from "./engine.ts";

type BuildLog = Pick<DriverStep, "log">;

export interface EngineImage {
  readonly id: string;
  /** `NAME=value` as the image sets it: PATH above all. */
  readonly env: readonly string[];
}

const imageAnswer = z
  .object({
    Id: z.string(),
    Config: z.object({ Env: z.array(z.string()).nullish() }).nullish(),
  })
  .transform(({ Id, Config }): EngineImage => ({ id: Id, env: Config?.Env ?? [] }));

const pullLine = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string().optional() }).nullish(),
  progressDetail: z.record(z.string(), z.unknown()).nullish(),
});

/** The image, pulled if the engine does not have it. Throws `image_missing` with the words of the engine or registry that refused it. */
export async function ensureImage(engine: Engine, image: string, step: BuildLog): Promise<EngineImage> {
  const present = await findImage(engine, image);
  if (present !== null) return present;
  step.log(`Pulling image ${image}`);
  await pull(engine, image, step);
  const pulled = await findImage(engine, image);
  if (pulled === null)
    throw new WorkspaceError(
      "image_missing",
      `The image ${image} was pulled, but the engine does not have it.`,
    );
  step.log(`Pulled image ${image}`);
  return pulled;
}

async function findImage(engine: Engine, image: string): Promise<EngineImage | null> {
  const asked = engine.read(`describe the image ${image}`, imageAnswer, (docker, options) =>
    docker.getImage(image).inspect(options as object),
  );
  return orNull(asked).catch((error: unknown) => {
    throw isRefusal(error, 400) ? missing(image, error.message) : error;
  });
}

async function pull(engine: Engine, image: string, step: BuildLog): Promise<void> {
  const what = `pull the image ${image}`;
  const { name, tag } = splitReference(image);
  let last = "";
  try {
    const lines = await engine.call(what, (docker, options) =>
      docker.createImage({ ...options, _query: { fromImage: name, tag }, _body: {} }),
    );
    for await (const line of createInterface({ input: lines })) {
      const said = wordsOf(line, image);
      if (said === null || said === last) continue;
      last = said;
      step.log(said);
    }
  } catch (error) {
    engine.signal?.throwIfAborted();
    if (error instanceof EngineError) throw missing(image, error.message);
    throw engine.inWords(error, what);
  }
}

/** What a line of the pull says to people; null for progress bars. Throws `image_missing` when it is an error. */
function wordsOf(line: string, image: string): string | null {
  const parsed = pullLine.safeParse(parseJson(line));
  if (!parsed.success) return null;
  const { id, status, error, errorDetail, progressDetail } = parsed.data;
  const fault = errorDetail?.message ?? error;
  if (fault !== undefined) throw missing(image, fault);
  if (status === undefined || Object.keys(progressDetail ?? {}).length > 0) return null;
  return id === undefined ? status : `${id}: ${status}`;
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
