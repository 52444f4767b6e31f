// A container of the engine's stub is a child process: the command of the container, with the paths it knows replaced by
// those of its volumes. So what was sent in archives is what really runs.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { pipeline, type Readable, type Writable } from "node:stream";

export interface StubCommand {
  readonly command: readonly string[];
  readonly env: readonly string[];
  /** Path inside → folder here. */
  readonly mounts: Readonly<Record<string, string>>;
  /** What it reads; it ends when that does. */
  readonly input: Readable;
  /** Frames of its output, as they come; absent: they are kept as the log. */
  readonly output?: Writable;
}

export class StubProcess {
  readonly #child: ChildProcess;
  readonly #output: Buffer[] = [];
  readonly #ended: Promise<unknown>;
  exitCode: number | null = null;

  constructor(wanted: StubCommand) {
    const [program = "", ...args] = translate(wanted);
    const env = Object.fromEntries(wanted.env.map((line) => line.split("=", 2)));
    // Its own group, so that what it leaves behind can be ended with it.
    this.#child = spawn(program, args, {
      env,
      cwd: wanted.mounts["/workspace"] ?? "/",
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    pipeline(wanted.input, this.#child.stdin as Writable, () => undefined);
    for (const [stream, number] of [
      [this.#child.stdout, 1],
      [this.#child.stderr, 2],
    ] as const)
      stream?.on("data", (chunk: Buffer) => {
        if (wanted.output === undefined) this.#output.push(frame(number, chunk));
        else wanted.output.write(frame(number, chunk));
      });
    // What cannot be spawned is what an init process says with this exit code.
    this.#child.on("error", (error) => {
      this.#output.push(frame(2, Buffer.from(`exec ${program}: ${error.message}\n`)));
      this.exitCode = 127;
    });
    this.#child.on("exit", (code, signal) => {
      this.exitCode = code ?? (signal === "SIGKILL" ? 137 : 143);
    });
    this.#ended = once(this.#child, "close")
      .catch(() => {})
      .then(() => wanted.output?.end());
  }

  get running(): boolean {
    return this.exitCode === null;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** As the engine sends logs: frames of stdout and stderr. */
  get log(): Buffer {
    return Buffer.concat(this.#output);
  }

  /** SIGTERM, then after the grace SIGKILL to all of the group. Resolves when it has ended. */
  async stop(graceMs: number): Promise<void> {
    if (!this.running) return;
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.kill(), graceMs);
    await this.#ended;
    clearTimeout(timer);
  }

  kill(): void {
    try {
      if (this.pid > 0) process.kill(-this.pid, "SIGKILL");
    } catch {
      // It had ended.
    }
  }

  async killed(): Promise<void> {
    this.kill();
    if (this.running) await this.#ended;
  }
}

/** Replaces paths inside by folders here, the longest first. */
function translate({ command, mounts }: StubCommand): string[] {
  const inside = Object.keys(mounts).toSorted((one, other) => other.length - one.length);
  return command.map((word) => {
    const mount = inside.find((path) => word === path || word.startsWith(`${path}/`));
    return mount === undefined ? word : `${mounts[mount]}${word.slice(mount.length)}`;
  });
}

/** Stream, three zeros, length, bytes: the framing the API's document describes under ContainerAttach. */
function frame(stream: 1 | 2, bytes: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
