// One run: chats side by side, faults among them, and at the end all that was found.
import { inspect } from "node:util";
import type { Json } from "../support/everturn.ts";
import { type ApiClient, createApiClient } from "./api-client.ts";
import type { ChaosReader } from "./chaos-reader.ts";
import type { Finding } from "./check/finding.ts";
import { fetchHistories, replayHistories } from "./check/replay.ts";
import { Stuck, type Verified } from "./check/verify-chat.ts";
import { checkChatRuns, checkLeftovers, readLeftovers, readRuns } from "./end-of-run.ts";
import { CONTEXT_LIMIT } from "./plan/draw-message.ts";
import { doFault } from "./plan/faults.ts";
import { makePlan } from "./plan/make-plan.ts";
import { Pace } from "./plan/pace.ts";
import { type ChaosPlan, type ChatPlan, type FaultKind, messagesOf } from "./plan/plan.ts";
import { createRandom, type SeededRandom } from "./plan/seeded-random.ts";
import { playChat } from "./play-chat.ts";
import { describeMachine, readCommit } from "./report/machine.ts";
import type { ChaosReport } from "./report/report.ts";
import { Tally } from "./report/tally.ts";
import { type StuckWatch, startStuckWatch } from "./stuck-watch.ts";
import { startWorld, type World } from "./world.ts";

/** Chats at once. */
const LANES = 10;
/** How many messages the load may be ahead of the next fault. */
const AHEAD = 12;
const PROGRESS_EVERY_MS = 5_000;

export interface ChaosOptions {
  readonly seed: number;
  readonly turns: number;
  readonly faults: readonly FaultKind[];
  /** Absent: with the bus. */
  readonly liveBus?: "postgres" | "off";
  readonly keep: boolean;
  readonly say: (line: string) => void;
  /** Given what ends everything early, as soon as there is something to end. */
  readonly onStarted?: (close: () => Promise<void>) => void;
}

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const whole = makePlan(options.seed, options.turns);
  const plan = { ...whole, faults: whole.faults.filter(({ kind }) => options.faults.includes(kind)) };
  const world = await startWorld(options.liveBus);
  options.onStarted?.(() => world.close(false));
  const run = new ChaosRun(world, plan, options.say);
  let findings: readonly Finding[] = [];
  try {
    const report = await run.play();
    ({ findings } = report);
    return report;
  } finally {
    await world.close(options.keep || findings.length > 0);
  }
}

class ChaosRun {
  readonly #world: World;
  readonly #plan: ChaosPlan;
  readonly #say: (line: string) => void;
  readonly #random: SeededRandom;
  readonly #api: ApiClient;
  readonly #pace = new Pace();
  readonly #tally = new Tally();
  readonly #readers = new Set<ChaosReader>();
  readonly #findings: Finding[] = [];
  readonly #verified: Verified[] = [];
  readonly #faults: Partial<Record<FaultKind, number>> = {};
  readonly #startedAt = performance.now();
  readonly #modelConfigs = new Map<string, string>();
  readonly #mcpServerIds: string[] = [];

  constructor(world: World, plan: ChaosPlan, say: (line: string) => void) {
    this.#world = world;
    this.#plan = plan;
    this.#say = say;
    this.#random = createRandom(plan.seed).fork("replicas");
    this.#api = createApiClient(() => world.apis.map(({ url }) => url), world.key);
  }

  async play(): Promise<ChaosReport> {
    await this.#prepare();
    const watch = startStuckWatch(this.#world);
    const progress = setInterval(() => this.#say(this.#progress()), PROGRESS_EVERY_MS);
    try {
      await Promise.all([this.#load(), this.#break()]);
      await watch.stop();
      return await this.#finish(watch);
    } finally {
      clearInterval(progress);
      await watch.stop();
    }
  }

  /** The models have a limit, so that there are compactions, and the MCP servers are known. */
  async #prepare(): Promise<void> {
    const { body } = await this.#api.ask("GET", "/v1/model-configs");
    for (const { id, provider } of body.items) {
      this.#modelConfigs.set(provider, id);
      await this.#must("PATCH", `/v1/model-configs/${id}`, { context_limit: CONTEXT_LIMIT });
    }
    for (const [slug, transport] of Object.entries(this.#world.mcp.transports)) {
      const server = { slug, name: `The ${slug} server`, owner: "deployment", transport };
      this.#mcpServerIds.push((await this.#must("POST", "/v1/mcp-servers", server)).id);
    }
  }

  async #must(method: string, path: string, body: unknown): Promise<Json> {
    const answered = await this.#api.ask(method, path, body);
    if (answered.status >= 400) throw new Error(`${method} ${path} answered ${JSON.stringify(answered)}`);
    return answered.body;
  }

  /** All chats, so many side by side. */
  async #load(): Promise<void> {
    const left = [...this.#plan.chats];
    const lane = async () => {
      for (let chat = left.shift(); chat !== undefined; chat = left.shift()) {
        if (chat.ground === "workspace" && !this.#world.hasSandbox) this.#tally.counts.chats_left_out++;
        else await this.#playChat(chat);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    this.#pace.finish();
  }

  /** All faults, one after the other. */
  async #break(): Promise<void> {
    for (const fault of this.#plan.faults) {
      await this.#pace.reach(fault.after_messages, AHEAD);
      this.#say(`${this.#clock()}  ✂ ${fault.kind} ${fault.failpoint ?? fault.replica + 1}`);
      await doFault({ world: this.#world, readers: this.#readers }, fault);
      this.#faults[fault.kind] = (this.#faults[fault.kind] ?? 0) + 1;
    }
    this.#pace.release();
  }

  async #playChat(plan: ChatPlan): Promise<void> {
    const stage = {
      world: this.#world,
      api: this.#api,
      readers: this.#readers,
      plan,
      modelConfigId: this.#modelConfigs.get(plan.dialect) ?? "",
      mcpServerIds: this.#mcpServerIds,
      nextUrl: () => this.#random.pick(this.#world.apis).url,
      begin: () => this.#pace.begin(),
    };
    try {
      const played = await playChat(stage);
      for (const finding of played.findings) this.#found(finding);
      this.#verified.push(played.verified, ...played.forks, ...played.subagents);
      this.#tally.add(played);
    } catch (error) {
      const isStuck = error instanceof Stuck;
      this.#found({
        invariant: isStuck ? 6 : 0,
        kind: isStuck ? "stuck" : "broken",
        where: plan.name,
        what: isStuck ? error.message : inspect(error),
      });
    }
  }

  async #finish(watch: StuckWatch): Promise<ChaosReport> {
    this.#say(`${this.#clock()}  all chats rest; looking at what is left`);
    const runs = await readRuns(this.#world);
    const replayed = await replayHistories(fetchHistories(this.#world, runs, this.#random.fork("replays")));
    const findings = [
      ...this.#findings,
      ...watch.findings,
      ...checkChatRuns(runs, this.#verified),
      ...checkLeftovers(await readLeftovers(this.#world), this.#verified),
      ...replayed.findings,
    ];
    const { apis, workers, folder } = this.#world;
    return {
      seed: this.#plan.seed,
      asked_turns: this.#plan.turns,
      commit: await readCommit(),
      machine: describeMachine(),
      duration_s: (performance.now() - this.#startedAt) / 1000,
      counts: {
        ...this.#tally.counts,
        requests_repeated: this.#api.repeated,
        deaths_at_failpoints: [...apis, ...workers].reduce((sum, { deaths }) => sum + deaths, 0),
        runs: runs.length,
        replayed: replayed.count,
        longest_without_run_ms: Math.round(watch.longest_ms),
      },
      faults: this.#faults,
      findings,
      folder,
    };
  }

  /** Told at once: of a long run one wants to know what it has found before it ends. */
  #found(finding: Finding): void {
    this.#findings.push(finding);
    this.#say(`${this.#clock()}  found: ${finding.kind} at ${finding.where}: ${finding.what.slice(0, 500)}`);
  }

  #clock(): string {
    return `${((performance.now() - this.#startedAt) / 1000).toFixed(1).padStart(7)} s`;
  }

  #progress(): string {
    const sent = Math.min(
      this.#pace.sent,
      messagesOf(this.#plan.chats.flatMap(({ rounds }) => rounds)).length,
    );
    const faults = Object.values(this.#faults).reduce((sum, count) => sum + count, 0);
    const chats = `${this.#tally.counts.chats}/${this.#plan.chats.length} chats verified`;
    return `${this.#clock()}  ${sent} messages, ${chats}, ${faults}/${this.#plan.faults.length} faults, ${this.#findings.length} findings`;
  }
}
