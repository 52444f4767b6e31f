// The readiness checks in words: what each is about, and what to do when it fails.
import type { Tone } from "../parts/rows.tsx";
import type { Readiness } from "../parts/wire.ts";

type CheckName = keyof Readiness["checks"];

export const OVERALL: Readonly<Record<Readiness["status"], { readonly tone: Tone; readonly words: string }>> =
  {
    ready: { tone: "good", words: "Everything works." },
    degraded: { tone: "bad", words: "Requests are accepted, but some turns wait or fail." },
    not_ready: { tone: "bad", words: "This server takes no requests now." },
  };

/** In the order in which they are shown: name, title, and what is said when it is fine. */
export const CHECKS: readonly (readonly [name: CheckName, title: string, fine: string])[] = [
  ["postgres", "Postgres", "It answers"],
  ["migrations", "Migrations", "The database is up to date"],
  ["temporal", "Temporal", "It answers"],
  ["workers", "Workers", "No build fails"],
  ["secret_key", "Secret key", "Stored keys can be opened"],
  ["own_tools", "Own tools", "None is left out"],
  ["files", "Files", "Their store answers"],
  ["draining", "This process", "It takes requests"],
];

const ADVICE: Readonly<Record<CheckName, string>> = {
  postgres: "See whether Postgres runs, and whether DATABASE_URL leads to it.",
  migrations: "Run “npm run everturn -- migrate”, or restart the API.",
  temporal:
    "See whether Temporal runs, and whether TEMPORAL_ADDRESS leads to it. Turns begin when it is back; nothing is lost.",
  workers:
    "A build of the worker fails its workflow tasks: roll back to the one before (“npm run everturn -- workers promote”), and look into the worker's log.",
  secret_key:
    "EVERTURN_SECRET_KEY is not the one that the stored keys were encrypted with. Set the old one as EVERTURN_SECRET_KEY_PREVIOUS, or store the keys anew.",
  own_tools: "Mend the module that is named, then restart the workers.",
  files: "See whether the object store runs, and whether its keys are right (EVERTURN_FILES_S3_…).",
  draining: "It is shutting down. Another replica, or the next start, answers.",
};

export function adviceFor(check: CheckName): string {
  return ADVICE[check];
}
