// The first thing that every npm script runs: plain JavaScript for Node 18, without dependencies. It installs what is
// missing and gives the task to a Node that runs TypeScript: your own, or, if that is too old, one that it downloads.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bringNode, runsTypeScript } from "./dev/install/bring-node.mjs";
import { installPackages, runNpm } from "./dev/install/install-packages.mjs";
import { cacheFolder } from "./platform/programs/cache-folder.mjs";

const ROOT = fileURLToPath(new URL(".", import.meta.url));
const MODULES = join(ROOT, "node_modules");
// Packages of their own: clients of other people, which only tests need.
const TEST_CLIENTS = join(ROOT, "test", "clients");
const CONSOLE = join(ROOT, "console");

const TASKS = {
  start: { run: ["cli/main.ts", "start"], needs: ["production"] },
  everturn: { run: ["cli/main.ts"], needs: ["production"] },
  chat: { run: ["cli/main.ts", "chat"], needs: ["production"] },
  demo: { run: ["cli/main.ts", "demo"], needs: ["production"] },
  bench: { run: ["bench/main.ts"], needs: ["all"] },
  test: { run: ["test/runner/run.ts"], needs: ["all", "clients", "console"] },
  "test:unit": { run: ["test/runner/run.ts", "--unit"], needs: ["all"] },
  chaos: { run: ["test/chaos/main.ts"], needs: ["all"] },
  check: { run: ["dev/check/main.ts"], needs: ["all", "console"] },
  format: { run: ["node_modules/@biomejs/biome/bin/biome", "check", "--write", "."], needs: ["all"] },
};

main().catch((error) => {
  console.error(`\n${error.message}\n`);
  process.exitCode = 1;
});

async function main() {
  // `--node <task>` prepares everything and prints the Node to use. The shell of `npm start` then becomes that program,
  // so no process of ours has to wait for it; an older Node could not avoid that.
  const isAsked = process.argv[2] === "--node";
  const [name, ...args] = process.argv.slice(isAsked ? 3 : 2);
  const task = TASKS[name];
  if (!task) throw new Error(`Unknown task ${name ?? "(none)"}. Tasks: ${Object.keys(TASKS).join(", ")}`);
  for (const need of task.needs) {
    if (need === "clients") await installPackages(TEST_CLIENTS, "all");
    else if (need === "console") await installPackages(CONSOLE, "all");
    else await installPackages(ROOT, need);
  }
  const [script, ...first] = task.run;
  if (isAsked) process.stdout.write(`${await chooseNode()}\n`);
  else become(await chooseNode(), [join(ROOT, script), ...first, ...args]);
}

async function chooseNode() {
  if (runsTypeScript(process.versions.node)) return process.execPath;
  try {
    return await bringNode({ cacheFolder: cacheFolder(process.env), runNpm });
  } catch (error) {
    throw new Error(
      `Everturn needs Node 22.18 or newer. This is ${process.versions.node}, and a newer one could not be brought along:\n${error.message}\nInstall Node 22.18 or newer and try again.`,
      { cause: error },
    );
  }
}

/** Becomes that program, in this very process if Node can do that, because a process that only waits costs 45 MB. */
function become(node, args) {
  const path = [join(MODULES, ".bin"), dirname(node), process.env.PATH ?? ""].join(delimiter);
  // Compiled code is kept between starts, so that each process of the stack starts faster.
  const cache = process.env.NODE_COMPILE_CACHE ?? join(MODULES, ".cache", "compiled");
  const env = { ...process.env, PATH: path, NODE_COMPILE_CACHE: cache };
  if (typeof process.execve === "function" && process.platform !== "win32") {
    process.execve(node, [node, ...args], env);
  }
  const child = spawn(node, args, { stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`${node} could not be run: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)));
}
