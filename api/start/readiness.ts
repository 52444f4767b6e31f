// Decides whether this replica should get requests (SPEC O1).
import type { SecretBox } from "../../platform/secrets/secret-box.ts";
import { ProgramTooOld } from "../../store/access/program-age.ts";
import type { Pool } from "../../store/database.ts";
import { pendingMigrations } from "../../store/migrate.ts";
import { failingBuilds } from "../../store/presence/worker-builds.ts";
import { ownToolsProblems } from "../../store/presence/worker-processes.ts";
import { listUnopenedKeys, sealedKeysProblem } from "./sealed-keys.ts";

/** A check that takes longer has failed: the prober does not wait longer either. */
const checkTimeoutMs = 2_000;
/** Many load balancers together cause one look a second. */
const resultKeptMs = 1_000;
/** A build whose workflow tasks fail is named for this long after its last failed turn. */
const failingWithinMs = 600_000;
/** The log of the workers has all of them. */
const problemsNamedMax = 10;

export interface Check {
  readonly ok: boolean;
  readonly detail?: string;
}

export interface ReadinessReport {
  /** `degraded`: requests are accepted, but turns wait for Temporal (SPEC Q11), or fail: stored API keys cannot be opened, or a build of the worker is broken. Or own tools are missing, or the object store of files cannot be reached. */
  readonly status: "ready" | "degraded" | "not_ready";
  readonly checks: Readonly<
    Record<
      "postgres" | "migrations" | "temporal" | "secret_key" | "workers" | "own_tools" | "files" | "draining",
      Check
    >
  >;
}

export interface Readiness {
  report(): Promise<ReadinessReport>;
  /** The server shuts down: from now on it is not ready. */
  drain(): void;
  readonly draining: boolean;
}

export interface ReadinessProbes {
  readonly pool: Pool;
  /** Rejects when Temporal cannot be reached. */
  readonly pingTemporal: () => Promise<unknown>;
  /** Rejects when the object store of files cannot be reached; null or absent: there is none. */
  readonly pingFiles?: (() => Promise<unknown>) | null;
  readonly secrets: Pick<SecretBox, "open">;
  /** Of the workers that run this deployment's turns. */
  readonly taskQueue: string;
}

export function createReadiness(probes: ReadinessProbes): Readiness {
  let draining = false;
  let kept: { readonly until: number; readonly look: Promise<Looked> } | null = null;
  const lookOften = () => {
    const now = Date.now();
    if (kept === null || kept.until <= now) kept = { until: now + resultKeptMs, look: look(probes) };
    return kept.look;
  };
  return {
    async report() {
      const looked = await lookOften();
      const checks = { ...looked, draining: draining ? failed("shutting down") : { ok: true } };
      return { status: judge(checks), checks };
    },
    drain() {
      draining = true;
    },
    get draining() {
      return draining;
    },
  };
}

type Looked = Omit<ReadinessReport["checks"], "draining">;

/** Without Temporal, stored keys or good workers requests are still accepted; if they counted, all replicas would become unready at once. */
function judge(checks: ReadinessReport["checks"]): ReadinessReport["status"] {
  if (!checks.postgres.ok || !checks.migrations.ok || !checks.draining.ok) return "not_ready";
  const { temporal, secret_key, workers, own_tools, files } = checks;
  return [temporal, secret_key, workers, own_tools, files].every(({ ok }) => ok) ? "ready" : "degraded";
}

async function look(probes: ReadinessProbes): Promise<Looked> {
  const { pool, pingTemporal, pingFiles = null, secrets, taskQueue } = probes;
  const [postgres, migrations, temporal, secret_key, workers, own_tools, files] = await Promise.all([
    check(async () => {
      await pool.query("select 1");
      return null;
    }),
    check(async () => {
      const pending = await pendingMigrations(pool);
      return pending.length === 0 ? null : `pending: ${pending.join(", ")}`;
    }),
    check(async () => {
      await pingTemporal();
      return null;
    }),
    check(async () => sealedKeysProblem((await listUnopenedKeys({ db: pool, secrets })).length)),
    check(async () => {
      const failing = await failingBuilds(pool, taskQueue, failingWithinMs);
      return failing.length === 0 ? null : failing.map(failingWords).join("; ");
    }),
    check(async () => {
      const problems = await ownToolsProblems(pool, taskQueue);
      return problems.length === 0 ? null : problems.slice(0, problemsNamedMax).join("; ");
    }),
    check(async () => {
      await pingFiles?.();
      return null;
    }),
  ]);
  return { postgres, migrations, temporal, secret_key, workers, own_tools, files };
}

/** Without the failure itself: the page is public. `npm run everturn -- workers` shows it. */
function failingWords({
  build_id,
  failed_runs,
}: {
  readonly build_id: string;
  readonly failed_runs: number;
}) {
  const build = build_id === "" ? "workers without a build" : `build ${build_id}`;
  return `${build}: workflow tasks failed, ${failed_runs} turns ended`;
}

/** Runs a look that returns what is wrong, or null. Never rejects. */
async function check(look: () => Promise<string | null>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${checkTimeoutMs} ms`), checkTimeoutMs);
  });
  try {
    const problem = await Promise.race([look(), late]);
    return problem === null ? { ok: true } : failed(problem);
  } catch (error) {
    if (error instanceof ProgramTooOld) return failed(error.message);
    // The page is public: the error's text may name hosts and users.
    return failed("cannot be reached");
  } finally {
    clearTimeout(timer);
  }
}

function failed(detail: string): Check {
  return { ok: false, detail };
}
