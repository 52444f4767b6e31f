// Hands test files to lanes, the longest first; a lane that dies, hangs, fails or is left changed is replaced.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { LARGE_NURSERY } from "../support/roles/running-role.ts";
import type { FileResult, LaneOrder, LaneReport } from "./lane-messages.ts";

const LANE = fileURLToPath(new URL("lane.ts", import.meta.url));
// Longer than the longest file on a slow machine; a hanging one must not hang CI.
const FILE_TIMEOUT_MS = 15 * 60_000;
const CLOSE_TIMEOUT_MS = 30_000;

export interface LanesInput {
  /** In the order in which they begin. */
  readonly files: readonly string[];
  readonly lanesMax: number;
  /** Only tests whose name fits this pattern. */
  readonly name: string | null;
  readonly env: NodeJS.ProcessEnv;
  /** Called as each file ends, with what it wrote itself; once more for each error that comes later. */
  readonly onFile: (result: FileResult, output: string) => void;
}

/** Resolves when every file has run and every lane has ended. `kill` ends the lanes at once. */
export function runInLanes(input: LanesInput): { readonly done: Promise<void>; kill(): void } {
  const waiting = [...input.files];
  const lanes = new Set<Lane>();
  let killed = false;
  const work = async () => {
    let lane: Lane | null = null;
    for (;;) {
      const file = killed ? undefined : waiting.shift();
      if (file === undefined) break;
      lane ??= open();
      const result = await lane.run(file, input.name);
      // The lane died of the file before and never took this one.
      if (result.file !== file) waiting.unshift(file);
      tell(result, lane.takeOutput());
      // What the file left half done or changed must not meet the next one.
      if (result.failed > 0 || result.changedGlobals.length > 0 || !lane.isUsable) {
        await close(lane);
        lane = null;
      }
    }
    if (lane !== null) await close(lane);
  };
  const tell = (result: FileResult, output: string) => {
    if (!killed) input.onFile(result, output);
  };
  const open = () => {
    const lane = new Lane(input.env, (result) => tell(result, ""));
    lanes.add(lane);
    return lane;
  };
  const close = async (lane: Lane) => {
    const lost = await lane.close();
    if (lost !== null) tell(lost, lane.takeOutput());
    lanes.delete(lane);
  };
  const count = Math.min(input.lanesMax, waiting.length);
  return {
    done: Promise.all(Array.from({ length: count }, work)).then(() => undefined),
    kill() {
      killed = true;
      for (const lane of lanes) lane.kill();
    },
  };
}

class Lane {
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  #output = "";
  /** The file that it took last. */
  #file = "";
  #running = "";
  #isSound = true;
  #onDone: (result: FileResult) => void = () => undefined;

  constructor(env: NodeJS.ProcessEnv, onLateError: (result: FileResult) => void) {
    this.#child = fork(LANE, {
      execArgv: [LARGE_NURSERY],
      env: { ...env, EVERTURN_TEST_LANE: "1" },
      silent: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    this.#child.on("message", (report: LaneReport) => {
      if (report.type === "took") this.#file = report.file;
      else if (report.type === "began") this.#running = report.test;
      else if (report.type === "done") this.#onDone(report.result);
      else {
        this.#isSound = false;
        onLateError(failedFile(report.file, `After its last test: ${report.words}`));
      }
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
  }

  /** Whether it may run another file. */
  get isUsable(): boolean {
    return this.#isSound && this.#child.connected;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** What the lane's process wrote since this was last asked. */
  takeOutput(): string {
    const output = this.#output;
    this.#output = "";
    return output;
  }

  async run(file: string, name: string | null): Promise<FileResult> {
    const began = performance.now();
    this.#running = "its code was loaded";
    const done = new Promise<FileResult>((resolve) => (this.#onDone = resolve));
    const tooLong = setTimeout(() => this.kill(), FILE_TIMEOUT_MS);
    const lost = this.#ended.then((how): FileResult => {
      this.#isSound = false;
      const ms = Math.round(performance.now() - began);
      const hasTaken = this.#file === file || this.#file === "";
      const words = `The process ended (${how}) ${hasTaken ? `in: ${this.#running}` : "after its last test"}`;
      return { ...failedFile(hasTaken ? file : this.#file, words), ms };
    });
    this.#tell({ type: "run", file, name });
    const result = await Promise.race([done, lost]);
    clearTimeout(tooLong);
    return result;
  }

  /** Ends the process. Gives a failure of its last file when the process ended otherwise, and nobody was told. */
  async close(): Promise<FileResult | null> {
    const wasSound = this.#isSound;
    const tooLong = setTimeout(() => this.kill(), CLOSE_TIMEOUT_MS);
    this.#tell({ type: "close" });
    const how = await this.#ended;
    clearTimeout(tooLong);
    if (how === "exit code 0" || !wasSound) return null;
    return failedFile(this.#file, `The process ended (${how}) after its last test`);
  }

  #tell(order: LaneOrder): void {
    // Its end is noticed as such.
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }
}

function failedFile(file: string, what: string): FileResult {
  const words = `✖ ${file}\n  ${what}\n`;
  return { file, passed: 0, failed: 1, ms: 0, lines: words, failures: words, changedGlobals: [] };
}
