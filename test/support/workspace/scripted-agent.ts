// Tests: an agent inside a place of the scripted driver. It keeps its processes by key, as the real one does, and runs each
// key once; what a command does is a function of the test.
import {
  type AgentApi,
  AgentError,
  type ProcessEvent,
  type Processes,
  type ProcessInfo,
  type ProcessStart,
} from "../../../workspaces/agent/api.ts";

/** What a command says and how it ends: its exit code. */
export type Command = (say: (text: string) => void) => Promise<number> | number;

interface Running {
  readonly info: ProcessInfo;
  readonly output: Buffer;
}

export class ScriptedAgent {
  /** By command; others say their own words and end with 0. */
  readonly commands: Record<string, Command>;
  /** Keys in the order they were started, each once. */
  readonly started: string[] = [];
  #processes = new Map<string, Running>();
  #changed = Promise.withResolvers<void>();
  #isDead = false;

  constructor(commands: Record<string, Command>) {
    this.commands = commands;
  }

  /** It answers nobody any more; its processes are lost. */
  die(): void {
    this.#isDead = true;
    this.#notify();
  }

  api(): AgentApi {
    const health = async () => {
      this.#live();
      return { version: "1", instance_id: "1", started_at: "", root: "/workspace" };
    };
    const processes = {
      start: async (spec: ProcessStart) => this.#start(spec),
      follow: (args: { key: string; offset: number }, signal: AbortSignal) => this.#follow(args, signal),
    } as unknown as Processes;
    return { health, processes, files: {} as AgentApi["files"] };
  }

  #live(): void {
    if (this.#isDead) throw new AgentError("unreachable", "the agent does not answer");
  }

  #notify(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers<void>();
    resolve();
  }

  #start({ key, command }: ProcessStart): { process: ProcessInfo; created: boolean } {
    this.#live();
    const found = this.#processes.get(key);
    if (found !== undefined) return { process: found.info, created: false };
    const info: ProcessInfo = {
      key,
      command,
      cwd: ".",
      state: "running",
      pid: 1,
      exit_code: null,
      signal: null,
      start_error: null,
      started_at: "",
      ended_at: null,
      elapsed_ms: 0,
      output_bytes: 0,
      output_kept_from: 0,
    };
    this.started.push(key);
    this.#processes.set(key, { info, output: Buffer.alloc(0) });
    void this.#play(key, this.commands[command] ?? ((say) => (say(`ran ${command}\n`), 0)));
    return { process: info, created: true };
  }

  async #play(key: string, command: Command): Promise<void> {
    const change = (next: (before: Running) => Running) => {
      this.#processes.set(key, next(this.#processes.get(key) as Running));
      this.#notify();
    };
    const exit_code = await command((text) =>
      change(({ info, output }) => ({ info, output: Buffer.concat([output, Buffer.from(text)]) })),
    );
    change(({ info, output }) => ({ info: { ...info, state: "exited", exit_code }, output }));
  }

  async *#follow(
    { key, offset }: { key: string; offset: number },
    signal: AbortSignal,
  ): AsyncIterable<ProcessEvent> {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
    aborted.catch(() => undefined);
    for (let at = offset; ; ) {
      signal.throwIfAborted();
      this.#live();
      const { info, output } = this.#processes.get(key) as Running;
      const changed = this.#changed.promise;
      if (at < output.length) {
        yield { type: "output", offset: at, bytes: output.subarray(at) };
        at = output.length;
      } else if (info.state !== "running") {
        return yield { type: "ended", process: info };
      } else await Promise.race([changed, aborted]);
    }
  }
}
