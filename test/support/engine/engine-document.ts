// The Engine API's own OpenAPI document, as its publisher ships it in a Go module. It is fetched when tests run and never
// kept in this repository: what the driver asks and what the stub answers are judged by somebody else's words.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { createEngineJudge, type EngineJudge, type SwaggerDocument } from "./engine-judge.ts";

// Pinned: the module carries the document of each older version of the API too. Go checks it against its public sums.
const moduleVersion = "github.com/moby/moby/api@v1.54.2";
// On a slow line the module (some MB) takes a while; later runs find it in Go's cache.
const downloadMaxMs = 180_000;
const run = promisify(execFile);

/** Set when the document cannot be had and one knows it: then nothing is judged, and the tests say so. */
export const withoutDocumentVariable = "EVERTURN_TEST_WITHOUT_ENGINE_DOC";

let folder: Promise<string> | null = null;
const judges = new Map<string, Promise<EngineJudge>>();

/** Judges calls by the document of one version (`1.54`); null only when the variable allows it. Throws with what to do. */
export async function loadEngineJudge(apiVersion: string): Promise<EngineJudge | null> {
  if (process.env[withoutDocumentVariable] === "1") {
    process.stderr.write(`${withoutDocumentVariable}=1: the stub of the engine is judged by nobody.\n`);
    return null;
  }
  // Half a megabyte of YAML is read once per version.
  const judge = judges.get(apiVersion) ?? readJudge(apiVersion);
  judges.set(apiVersion, judge);
  return judge;
}

async function readJudge(apiVersion: string): Promise<EngineJudge> {
  folder ??= download();
  const text = await readFile(join(await folder, "docs", `v${apiVersion}.yaml`), "utf8");
  return createEngineJudge(parse(text) as SwaggerDocument);
}

async function download(): Promise<string> {
  try {
    const args = ["mod", "download", "-json", moduleVersion];
    const { stdout } = await run("go", args, { timeout: downloadMaxMs });
    return (JSON.parse(stdout) as { readonly Dir: string }).Dir;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The Engine API's document cannot be had (go mod download ${moduleVersion}): ${said}\n` +
        `Install Go and let it reach its module proxy, or set ${withoutDocumentVariable}=1 to test the docker driver unjudged.`,
      { cause: error },
    );
  }
}
