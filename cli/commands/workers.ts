// `workers`: lists the builds of workers and what still runs on them, and makes one of them current.
import { parseArgs } from "node:util";
import { Client } from "@temporalio/client";
import { checkPostgres, checkTemporal } from "../../dev/part/outside-services.ts";
import { StartError } from "../../dev/start-error.ts";
import { type Config, loadConfig } from "../../platform/config/config.ts";
import { connectTemporal } from "../../platform/temporal.ts";
import { createPool } from "../../store/database.ts";
import { buildOfName, nameOfBuild } from "../../worker/builds/build-id.ts";
import { type BuildReport, reportBuilds } from "../../worker/builds/build-report.ts";
import { type PromoteDeps, promoteBuild } from "../../worker/builds/promote-build.ts";

/** @throws StartError if the build is unknown, or has no worker and `--force` is not given */
export async function workers(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: "boolean", default: false }, force: { type: "boolean", default: false } },
  });
  const [verb, name, ...more] = positionals;
  if (more.length > 0 || (verb !== undefined && (verb !== "promote" || name === undefined)))
    throw new StartError("Usage: npm run everturn -- workers [promote BUILD [--force]] [--json]");
  const config = loadConfig(process.env);
  await checkPostgres(config.databaseUrl);
  await checkTemporal(config.temporalEnvironment);
  await withDeps(config, async (deps) => {
    if (name !== undefined) await promote({ deps, config }, { name, isForced: values.force });
    const builds = await reportBuilds(deps, config.buildLostMs);
    process.stdout.write(values.json ? `${JSON.stringify(builds, null, 2)}\n` : render(builds));
  });
}

async function withDeps(config: Config, work: (deps: PromoteDeps) => Promise<void>): Promise<void> {
  const { connection, namespace } = connectTemporal(config);
  const pool = createPool(config.databaseUrl, 2);
  try {
    await work({ pool, temporal: new Client({ connection, namespace }), taskQueue: config.taskQueue });
  } finally {
    await Promise.all([pool.end(), connection.close()]);
  }
}

interface Promotion {
  readonly name: string;
  readonly isForced: boolean;
}

async function promote(
  { deps, config }: { readonly deps: PromoteDeps; readonly config: Config },
  { name, isForced }: Promotion,
): Promise<void> {
  const builds = await reportBuilds(deps, config.buildLostMs);
  const known = builds.find(({ build }) => build === name);
  if (known === undefined) {
    const names = builds.map(({ build }) => build).join(", ") || "none";
    throw new StartError(`No worker of the build ${name} was ever seen. Known builds: ${names}`);
  }
  if (known.workers === 0 && !isForced)
    throw new StartError(
      `No worker of the build ${name} lives: all new turns would wait. Start one first, or add --force.`,
    );
  await promoteBuild(deps, buildOfName(name)).catch((error: unknown) => {
    throw new StartError(
      `Temporal does not make ${name} current: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  process.stdout.write(`${nameOfBuild(buildOfName(name))} is current\n`);
}

const TITLES = ["build", "state", "workers", "turns", "last seen", "failed turns"];

/** A table for people. */
export function render(builds: readonly BuildReport[]): string {
  if (builds.length === 0) return "No worker was ever seen.\n";
  const rows = builds.map((one) => [
    one.build,
    one.state,
    String(one.workers),
    String(one.runs),
    one.last_seen_at ?? "never",
    one.failed_runs === 0 ? "" : `${one.failed_runs} (${one.last_failure ?? "unknown"})`,
  ]);
  const widths = TITLES.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  return `${[TITLES, ...rows].map(line).join("\n")}\n`;
}
