// Dev holds the embedded stack: the services below Everturn's own processes; each is brought along by the environment or embedded.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../platform/config/config.ts";
import type { DataFolder, Secrets } from "../data/data-folder.ts";
import { freePort, nextFreePort, startOnPort } from "../free-port.ts";
import { startPostgres } from "../postgres/postgres.ts";
import type { Progress } from "../progress.ts";
import { broughtAlong, withDemoModel, withDevServer } from "../stack-environment.ts";
import { findTemporalBinary } from "../temporal/temporal-binary.ts";
import { startTemporalDevServer } from "../temporal/temporal-dev-server.ts";
import { runMigrations } from "./everturn-parts.ts";
import type { Part, PartEvent, PartSurroundings } from "./part-plan.ts";

// At or beside the usual ports, so that a person recognises them.
const POSTGRES_FIRST_PORT = 5_433;
const TEMPORAL_FIRST_PORT = 7_233;
const TEMPORAL_UI_FIRST_PORT = 8_233;

export interface StackOptions {
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  /** Wipes the data folder first. */
  readonly reset?: boolean;
  /** Ports the system gives out, no Web UI, no fsync: for stacks beside others that live for a test. */
  readonly isTransient?: boolean;
  readonly onChange?: (event: PartEvent) => void;
}

/** A stack on its way up. */
export interface Starting {
  readonly options: StackOptions;
  readonly config: Config;
  readonly folder: DataFolder;
  readonly secrets: Secrets;
  readonly surroundings: PartSurroundings;
  /** Told when a part fails; its signal is that of the surroundings. */
  readonly giveUp: AbortController;
  /** In the order they were started. */
  readonly parts: Part[];
}

/** Postgres, brought along or embedded, brought up to date; gives its URL. */
export async function startDatabase(
  { options, config, folder, secrets, surroundings, parts }: Starting,
  base: NodeJS.ProcessEnv,
) {
  const { progress, isTransient = false } = options;
  let url = config.databaseUrl;
  if (broughtAlong(options.env).database) {
    await progress.step("Postgres of DATABASE_URL", async () => {
      const { checkPostgres } = await import("./outside-services.ts");
      await checkPostgres(url);
    });
  } else {
    await progress.step("Postgres", async () => {
      const postgres = await startOnPort(
        () => (isTransient ? freePort() : nextFreePort(POSTGRES_FIRST_PORT)),
        (port) =>
          startPostgres(
            {
              dataFolder: folder.path,
              password: secrets.postgresPassword,
              port,
              database: "everturn",
              isDurable: !isTransient,
              env: options.env,
            },
            surroundings,
          ),
      );
      parts.push(postgres.part);
      url = postgres.url;
    });
  }
  await progress.step("Migrations", () => runMigrations({ ...base, DATABASE_URL: url }, surroundings.signal));
  return url;
}

/** Temporal, brought along or embedded; `lead` turns an environment towards it. */
export async function startTemporal({ options, config, folder, surroundings, parts }: Starting) {
  const { progress, env, isTransient = false } = options;
  if (broughtAlong(env).temporal) {
    const { address } = await progress.step("Temporal of TEMPORAL_ADDRESS", async (note) => {
      // Loaded when asked for: the supervisor of an embedded Temporal needs no client, which would cost it 50 MB.
      const { checkTemporal } = await import("./outside-services.ts");
      const found = await checkTemporal(config.temporalEnvironment, { register: true });
      note(`search attributes ${found.registration.problem ?? found.registration.words}`);
      return found;
    });
    return { address, uiUrl: config.temporalUiUrl, lead: (given: NodeJS.ProcessEnv) => given };
  }
  const server = await progress.step("Temporal", async (note) => {
    const binary = await findTemporalBinary({ env, onSlowWay: note, signal: surroundings.signal });
    return startOnPort(
      () => (isTransient ? freePort() : nextFreePort(TEMPORAL_FIRST_PORT)),
      async (port) => {
        const uiPort = isTransient ? null : await nextFreePort(TEMPORAL_UI_FIRST_PORT);
        return startTemporalDevServer(
          { binary, port, uiPort, file: join(folder.path, "temporal.db"), env },
          surroundings,
        );
      },
    );
  });
  parts.push(server.part);
  const { address, uiUrl } = server;
  const configFile = join(folder.path, "temporal.toml");
  // The Temporal CLI takes the same file: `TEMPORAL_CONFIG_FILE=… temporal workflow list`.
  const settings = `[profile.default]\naddress = "${address}"\nnamespace = "default"\n`;
  writeFileSync(configFile, settings, { mode: 0o600 });
  const lead = (given: NodeJS.ProcessEnv) => withDevServer(given, { address, uiUrl, configFile });
  return { address, uiUrl, lead };
}

/** The demo model, unless a provider was brought along; `lead` turns an environment towards it. */
export async function startModel({ options, parts }: Starting) {
  if (broughtAlong(options.env).provider) {
    return {
      url: undefined,
      words: "the providers of the environment",
      lead: (given: NodeJS.ProcessEnv) => given,
    };
  }
  const model = await options.progress.step("Demo model", async () => {
    // In this process: it only answers, and a process of its own would cost 70 MB.
    const { startDemoModel } = await import("../demo-model/server.ts");
    return startDemoModel();
  });
  parts.push({ name: "demo-model", pid: () => process.pid, stop: () => model.stop() });
  const { url } = model;
  const words = "demo (set OPENAI_API_KEY or ANTHROPIC_API_KEY for a real one)";
  return { url, words, lead: (given: NodeJS.ProcessEnv) => withDemoModel(given, url) };
}
