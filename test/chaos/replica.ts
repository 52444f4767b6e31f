// One replica, API or worker, which always comes back, whatever ended it.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type RunningRole, startRole } from "../support/roles/running-role.ts";

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
  #spawned: number | undefined;
  #closing = false;
  /** Of a worker: its build id, once it has been deployed. */
  #build: string | undefined;
  /** What is done to it is done one after the other: it may die by itself just as it is to be killed. */
  #last: Promise<void> = Promise.resolve();
  /** Ended by itself: at a fail point, or by a fault of its own. */
  deaths = 0;

  constructor(settings: ReplicaSettings) {
    this.#settings = settings;
  }

  /** Of an API. A restarted one keeps its address, as it does behind a load balancer. */
  get url(): string {
    return `http://127.0.0.1:${this.#port ?? 0}`;
  }

  /** Resolves when it is ready. */
  start(): Promise<void> {
    return this.#inTurn(() => this.#bringUp());
  }

  /** SIGKILL, and back again. */
  kill(): Promise<void> {
    return this.#inTurn(async () => {
      this.#note("killed");
      await this.#take()?.kill();
      await this.#bringUp();
    });
  }

  /** It dies when it passes the fail point, if it ever does, and comes back. */
  doom(failpoint: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#note(`dies at ${failpoint}`);
      this.#running?.doom(failpoint);
    });
  }

  /** SIGTERM, and back again. */
  stop(): Promise<void> {
    return this.#inTurn(() => this.#stopAndBringUp());
  }

  /** A worker of another build takes its place, as in a rolling deploy. */
  deploy(build: string): Promise<void> {
    return this.#inTurn(() => {
      this.#note(`replaced by the build ${build}`);
      this.#build = build;
      return this.#stopAndBringUp();
    });
  }

  /** SIGSTOP for a while, then SIGCONT: for the others it was dead. */
  freeze(ms: number): Promise<void> {
    return this.#inTurn(async () => {
      this.#note(`frozen for ${ms} ms`);
      signal(this.#running?.pid, "SIGSTOP");
      await sleep(ms);
      signal(this.#running?.pid, "SIGCONT");
    });
  }

  /** Ends it for good. */
  close(): Promise<void> {
    this.#closing = true;
    signal(this.#spawned, "SIGKILL");
    return this.#inTurn(async () => this.#take()?.kill());
  }

  async #stopAndBringUp(): Promise<void> {
    this.#note("told to stop");
    const code = await this.#take()?.stop();
    this.#note(`left with ${code}`);
    await this.#bringUp();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** From now on its end is expected. */
  #take(): RunningRole | null {
    const running = this.#running;
    this.#running = null;
    return running;
  }

  /** Starts it until it is ready: one that ends on its way up, for lack of a database, is started again. */
  async #bringUp(): Promise<void> {
    while (!this.#closing && this.#running === null) {
      try {
        this.#note("starts");
        this.#running = await this.#startOnce();
      } catch (error) {
        this.#note(`did not start: ${error instanceof Error ? error.message : String(error)}`);
        await sleep(AGAIN_AFTER_MS);
      }
    }
  }

  async #startOnce(): Promise<RunningRole> {
    const { role, env, onSpawned } = this.#settings;
    const more = {
      ...(role === "api" && { PORT: String(this.#port ?? 0) }),
      ...(this.#build !== undefined && { EVERTURN_BUILD_ID: this.#build }),
    };
    const running = await startRole(
      role,
      { ...env, ...more },
      {
        onSpawned: (pid) => {
          this.#spawned = pid;
          onSpawned(pid);
        },
      },
    );
    this.#note(`ready, pid ${running.pid}`);
    this.#port = running.port ?? this.#port;
    void running.ended.then(() => this.#ended(running));
    return running;
  }

  #ended(running: RunningRole): void {
    this.#log(running.output());
    if (this.#running !== running || this.#closing) return;
    this.deaths++;
    this.#running = null;
    void this.#inTurn(() => this.#bringUp());
  }

  /** What was done to it, among its own words. */
  #note(words: string): void {
    this.#log(`${new Date().toISOString()} ✂ ${words}\n`);
  }

  #log(text: string): void {
    appendFileSync(join(this.#settings.logFolder, `${this.#settings.name}.log`), text);
  }
}

function signal(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, name);
  } catch {
    // It ended meanwhile, by its fail point.
  }
}
