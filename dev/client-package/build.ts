// Builds the client package into client/dist: JavaScript for every runtime, and declarations. `npm pack` in client/ calls it.
import { spawnSync } from "node:child_process";
import { copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const ROOT = resolve(import.meta.dirname, "../..");
const CLIENT = join(ROOT, "client");
const DIST = join(CLIENT, "dist");

rmSync(DIST, { recursive: true, force: true });
await build({
  entryPoints: { index: join(CLIENT, "index.ts"), react: join(CLIENT, "react/use-chat-state.ts") },
  outdir: DIST,
  bundle: true,
  // What others install beside it, so that there is one of each.
  packages: "external",
  format: "esm",
  platform: "neutral",
  target: "es2022",
  logLevel: "warning",
});
writeDeclarations();
copyFileSync(join(ROOT, "LICENSE"), join(DIST, "LICENSE"));

function writeDeclarations(): void {
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
    cwd: CLIENT,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The declarations could not be written:\n${stdout}`);
  for (const file of globSync("types/**/*.d.ts", { cwd: DIST })) {
    const path = join(DIST, file);
    // Ours are imported as sources; in a package there are only their declarations.
    const text = readFileSync(path, "utf8").replaceAll(/(from |import\()"(\.[^"]+)\.ts"/g, '$1"$2.js"');
    writeFileSync(path, text);
  }
}
