// Doctor: what the API that runs says of itself, and what to do where something lacks.
import { type Everturn, EverturnError, EverturnNetworkError, type Schemas } from "../../client/index.ts";
import { StartError } from "../../dev/start-error.ts";

export interface Server {
  readonly url: string;
  readonly client: Everturn;
}

/** Certificates and tokens are refused by clocks that differ by more. */
const clockOffMaxMs = 30_000;

type Checks = Schemas["Readiness"]["checks"];

/** By check of /readyz: what helps. */
const WAYS_OUT: Readonly<Record<Exclude<keyof Checks, "migrations" | "workers">, string>> = {
  postgres: "Start Postgres, and check DATABASE_URL.",
  temporal:
    "Start Temporal, and check TEMPORAL_ADDRESS. Messages are accepted meanwhile, and answered when it is back.",
  secret_key:
    "Set EVERTURN_SECRET_KEY to the key with which they were stored, or enter them anew (docs/operations.md).",
  own_tools: "Mend the module that is named, below EVERTURN_TOOLS_DIR; workers load it again by themselves.",
  files: "Check EVERTURN_S3_… and whether the store runs.",
  draining: "It is shutting down: start another one.",
};

export async function lookAtApi(server: Server): Promise<string> {
  const { status, checks } = await readinessOf(server);
  const troubles = Object.entries(WAYS_OUT).flatMap(([name, wayOut]) => {
    const check = checks[name as keyof Checks];
    return check.ok ? [] : [`${name.replace("_", " ")}: ${check.detail ?? "not well"}. ${wayOut}`];
  });
  if (troubles.length > 0)
    throw new StartError(`${server.url} is ${status.replace("_", " ")}. ${troubles.join(" ")}`);
  return `${server.url} is ${status.replace("_", " ")}`;
}

export async function lookAtMigrations(server: Server): Promise<string> {
  const { migrations } = (await readinessOf(server)).checks;
  if (!migrations.ok)
    throw new StartError(
      `${migrations.detail ?? "the database is behind"}. Run \`npm run everturn -- migrate\`, or \`npm start\`, which does it by itself.`,
    );
  return "the database is up to date";
}

export async function lookAtKey({ url, client }: Server): Promise<string> {
  try {
    const { name, role, scope } = await client.me.get();
    return `of ${name} (${role}), scope ${scope}`;
  } catch (error) {
    if (error instanceof EverturnError && error.status === 401)
      throw new StartError(
        `${url} refuses it. Make another one with \`npm run everturn -- keys\`, and put it into EVERTURN_API_KEY.`,
      );
    throw inWords(error, url);
  }
}

export async function lookAtWorkers(server: Server): Promise<string> {
  const { workers } = (await readinessOf(server)).checks;
  if (!workers.ok)
    throw new StartError(
      `${workers.detail ?? "their tasks fail"}. Go back to the version before (docs/deploying.md), or start workers of a new one.`,
    );
  let builds: Schemas["WorkerBuilds"]["items"];
  try {
    builds = (await server.client.readiness.workers()).items;
  } catch (error) {
    if (error instanceof EverturnError && error.status === 403) return "their number is for admins";
    throw inWords(error, server.url);
  }
  const running = builds.reduce((sum, { living }) => sum + living, 0);
  if (running === 0)
    throw new StartError(
      "none runs, so nothing is answered. Start one with `npm run everturn -- worker`, or all with `npm start`.",
    );
  return `${running} running`;
}

/** Compares with the server's own, as its answers tell it. */
export async function lookAtClock({ url, client }: Server): Promise<string> {
  const before = Date.now();
  const response = await client.raw("get", "/healthz").catch((error: unknown) => {
    throw inWords(error, url);
  });
  await response.body?.cancel();
  const server = Date.parse(response.headers.get("date") ?? "");
  const offMs = Math.abs(server - (before + Date.now()) / 2);
  // The header has whole seconds.
  if (!(offMs <= clockOffMaxMs))
    throw new StartError(
      `this machine's and the server's differ by ${Math.round(offMs / 1_000)} s. Let both be set by NTP (\`timedatectl set-ntp true\`).`,
    );
  return "as the server's";
}

async function readinessOf({ url, client }: Server): Promise<Schemas["Readiness"]> {
  try {
    return await client.readiness.get();
  } catch (error) {
    throw inWords(error, url);
  }
}

function inWords(error: unknown, url: string): Error {
  if (error instanceof EverturnNetworkError)
    return new StartError(
      `${url} does not answer (${error.message}). Start it with \`npm start\` or \`npm run everturn -- api\`; its log says why it ended.`,
    );
  return error as Error;
}
