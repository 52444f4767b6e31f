// A real container engine to test on: one that answers where DOCKER_HOST says, else one of our own, which root can start
// where `dockerd` is installed. Images are made of this machine's files, so that none has to be pulled.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import Docker from "dockerode";
import { engineOptions, usualHost } from "../../../workspaces/drivers/docker/engine-host.ts";

export interface RealEngine {
  /** For the driver's `dockerHost`. */
  readonly host: string;
  /** Has a shell, some programs, and the libraries that Node needs. */
  readonly image: string;
  readonly nodeImage: string;
  close(): Promise<void>;
}

// Half a second on an idle machine.
const startMaxMs = 30_000;
const run = promisify(execFile);

/** The engine, or why there is none. */
export async function findRealEngine(): Promise<RealEngine | string> {
  const usual = usualHost();
  const asked = await new Docker(engineOptions(usual)).ping().then(
    () => null,
    (error: Error) => error.message,
  );
  if (asked === null) return withImages(usual, () => Promise.resolve());
  const reason = `no engine answers at ${usual} (${asked})`;
  if (process.getuid?.() !== 0) return `${reason}, and only root can start one`;
  const dockerd = ["/usr/sbin/dockerd", "/usr/bin/dockerd"].find((path) => existsSync(path));
  if (dockerd === undefined) return `${reason}, and dockerd is not installed`;
  return startEngine(dockerd);
}

async function startEngine(dockerd: string): Promise<RealEngine | string> {
  const folder = await mkdtemp(join(tmpdir(), "everturn-dockerd-"));
  const host = `unix://${folder}/engine.sock`;
  const log = await open(join(folder, "log"), "w");
  const folders = ["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec")];
  // Workspaces need no network of the engine, so that nothing of this machine's is touched.
  const withoutNetwork = ["--bridge=none", "--iptables=false", "--ip-forward=false"];
  const args = [...folders, ...withoutNetwork, "-p", join(folder, "pid"), "-H", host];
  const engine = spawn(dockerd, args, { stdio: ["ignore", log.fd, log.fd] });
  await log.close();
  const ended = once(engine, "exit").catch(() => undefined);
  const close = async () => {
    engine.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  };
  const docker = new Docker(engineOptions(host));
  for (const until = performance.now() + startMaxMs; performance.now() < until; await pause(100)) {
    if (engine.exitCode !== null) break;
    const answers = await docker.ping().then(
      () => true,
      () => false,
    );
    if (answers) return withImages(host, close);
  }
  const said = (await readFile(join(folder, "log"), "utf8")).trim().split("\n").at(-1);
  await close();
  return `dockerd cannot run here: ${said}`;
}

async function withImages(host: string, close: () => Promise<void>): Promise<RealEngine> {
  const docker = new Docker(engineOptions(host));
  const given = process.env["EVERTURN_TEST_DOCKER_IMAGE"];
  const image = given ?? "everturn-test:programs";
  const nodeImage = "everturn-test:node";
  const node = process.execPath;
  await importFiles(docker, nodeImage, [node, `--transform=s,^${node.slice(1)}$,usr/local/bin/node,`]);
  if (given === undefined) await importFiles(docker, image, await programsAndLibraries());
  return { host, image, nodeImage, close };
}

const programs = [
  "sh",
  "bash",
  "cat",
  "date",
  "env",
  "grep",
  "head",
  "id",
  "ls",
  "mkdir",
  "rm",
  "sleep",
  "touch",
];

/** By their paths, links followed. */
async function programsAndLibraries(): Promise<string[]> {
  const folders = ["/bin", "/usr/bin"];
  const paths = programs.flatMap((name) => {
    return folders
      .map((folder) => join(folder, name))
      .filter((path) => existsSync(path))
      .slice(0, 1);
  });
  const { stdout } = await run("ldd", [...paths, process.execPath]);
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
  return [...new Set([...paths, ...libraries])];
}

async function importFiles(docker: Docker, name: string, args: readonly string[]): Promise<void> {
  const [repo, tag] = name.split(":");
  const tar = spawn("tar", ["-ch", "-C", "/", "-f", "-", ...args.map((arg) => arg.replace(/^\//, ""))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const answer = await docker.importImage(tar.stdout, { repo, tag });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(answer, (error) => (error ? reject(error) : resolve()));
  });
}
