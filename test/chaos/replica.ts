// Chaos runs kill real processes. This file: one replica, API or worker, which always comes back, whatever ended it.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type RunningRole, startRole } from "../support/process.ts";

const AGAIN_AFTER_MS = 250;

export interface ReplicaSettings {
  readonly role: "api" | "worker";
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFolder: string;
  /** Told of each process, so that none outlives the run. */
  readonly onSpawned: (pid: number) => void;
}

export class Replica {
  readonly #settings: ReplicaSettings;
  #port: number | undefined;
  #running: RunningRole | null = null;
  #closing = false;
  /** Ended by itself: at a fail point, or by a fault of its own. */
  deaths = 0;

  constructor(settings: ReplicaSettings) {
    this.#settings = settings;
  }

  /** Of an API. A restarted one keeps its address, as it does behind a load balancer. */
  get url(): string {
    return `http://127.0.0.1:${this.#port ?? 0}`;
  }

  /** Starts it; resolves when it is ready. One that ends on its way up, for lack of a database, is started again. */
  async start(failpoint: string | null = null): Promise<void> {
    while (!this.#closing) {
      try {
        return await this.#startOnce(failpoint);
      } catch (error) {
        this.#note(`did not start: ${error instanceof Error ? error.message : String(error)}`);
        await sleep(AGAIN_AFTER_MS);
      }
    }
  }

  /** SIGKILL, and back again; with a fail point it may soon die once more. */
  async kill(failpoint: string | null = null): Promise<void> {
    const running = this.#take();
    await running?.kill();
    await this.start(failpoint);
  }

  /** SIGTERM, as a deploy does, and back again. */
  async stop(): Promise<void> {
    const running = this.#take();
    this.#note("told to stop");
    const code = await running?.stop();
    this.#note(`left with ${code}`);
    await this.start();
  }

  /** SIGSTOP for a while, then SIGCONT: for the others it was dead. */
  async freeze(ms: number): Promise<void> {
    const pid = this.#running?.pid;
    if (pid === undefined) return;
    signal(pid, "SIGSTOP");
    await sleep(ms);
    signal(pid, "SIGCONT");
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#take()?.kill();
  }

  /** From now on its end is expected. */
  #take(): RunningRole | null {
    const running = this.#running;
    this.#running = null;
    return running;
  }

  async #startOnce(failpoint: string | null): Promise<void> {
    const { role, env } = this.#settings;
    const more = {
      ...(role === "api" && { PORT: String(this.#port ?? 0) }),
      ...(failpoint !== null && { EVERTURN_FAILPOINT: failpoint }),
    };
    this.#note(`starts ${failpoint ?? ""}`);
    const running = await startRole(role, { ...env, ...more }, this.#settings.onSpawned);
    this.#note(`ready, pid ${running.pid}`);
    this.#port = running.port ?? this.#port;
    void running.ended.then(() => this.#ended(running));
    if (this.#closing) return running.kill();
    this.#running = running;
  }

  #ended(running: RunningRole): void {
    this.#log(running.output());
    if (this.#running !== running) return;
    this.deaths++;
    this.#running = null;
    void this.start();
  }

  /** What was done to it, among its own words. */
  #note(words: string): void {
    this.#log(`${new Date().toISOString()} ✂ ${words}\n`);
  }

  #log(text: string): void {
    appendFileSync(join(this.#settings.logFolder, `${this.#settings.name}.log`), text);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile, by its fail point.
  }
}
