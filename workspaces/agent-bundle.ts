// The workspace agent as one file that any Node from 22.18 on runs: what drivers put into workspaces.
import { fileURLToPath } from "node:url";
import { type BuiltFile, buildOnce } from "../platform/programs/build-once.ts";

const projectRoot = fileURLToPath(new URL("..", import.meta.url));
/** All that the agent may import, how it is bundled, and the lock file for the packages inside it. */
const sources = [
  "workspaces/agent",
  "core",
  "platform/system-processes.ts",
  "workspaces/agent-bundle.ts",
  "package-lock.json",
];

// Packages in the older module format ask for Node's modules by `require`, which an ES module does not have.
const requireForPackages = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`;

/** The bundle in `folder`, built there if these sources have none yet; its hash names the agent's version. */
export function agentBundle(folder: string): Promise<BuiltFile> {
  return buildOnce({ folder, name: "agent", extension: ".mjs", sources, build: bundleAgent });
}

async function bundleAgent(): Promise<Uint8Array> {
  // Loaded when there is something to bundle. Synchronous, as the other way leaves a process of the bundler behind.
  const { buildSync } = await import("esbuild");
  const { outputFiles } = buildSync({
    absWorkingDir: projectRoot,
    entryPoints: ["workspaces/agent/main.ts"],
    bundle: true,
    write: false,
    platform: "node",
    target: "node22",
    format: "esm",
    banner: { js: requireForPackages },
    // The agent's log names functions.
    keepNames: true,
    legalComments: "eof",
    logLevel: "silent",
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error("the workspace agent was bundled into nothing");
  return bundle.contents;
}
