// Reads docker-compose.yml as Docker would: anchors merged, variables of the environment put in.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";

export const projectFolder = resolve(import.meta.dirname, "../..");

/** What the tests look at of a service; all of it is checked by the schema of the compose specification. */
export interface ComposeService {
  readonly image: string;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly ports?: readonly string[];
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly deploy?: { readonly replicas: unknown };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
}

/** The values .env.example asks for, as a deployment would fill them in. */
export const exampleEnvironment = {
  POSTGRES_PASSWORD: "0123456789abcdef",
  EVERTURN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
  EVERTURN_API_KEY: "an-admin-key-for-the-test",
};

/** Parses the file with these variables. Throws where a required one is missing, as `docker compose` refuses to start. */
export function readComposeFile(environment: Readonly<Record<string, string>>): ComposeFile {
  const text = readFileSync(resolve(projectFolder, "docker-compose.yml"), "utf8");
  // As Docker does it: first the YAML, then variables in its strings, so that an empty value stays a string.
  return fillIn(parse(text, { merge: true }), environment) as ComposeFile;
}

function fillIn(value: unknown, environment: Readonly<Record<string, string>>): unknown {
  if (typeof value === "string") return interpolate(value, environment);
  if (Array.isArray(value)) return value.map((item) => fillIn(item, environment));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, environment)]));
}

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, where an empty value counts as missing. */
function interpolate(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{[^}]*\}/g, (variable) => {
    const [, name = "", operator, rest = ""] = /^\$\{(\w+)(?::([-?])(.*))?\}$/.exec(variable) ?? [];
    const value = environment[name] ?? "";
    if (value !== "") return value;
    if (operator === "?") throw new Error(`required variable ${name} is missing a value: ${rest}`);
    return rest;
  });
}

/** A service by name; throws when the file has none of it. */
export function serviceOf(file: ComposeFile, name: string): ComposeService {
  const service = file.services[name];
  if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return service;
}
