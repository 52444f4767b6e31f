// Dev holds the embedded stack: the environment its processes get, worked out from the caller's and from what was started.
import { delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Secrets } from "./data/data-folder.ts";

/** Where compiled code is kept between starts. */
export const COMPILE_CACHE = fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url));

/** What the caller brought along, by address or key. */
export function broughtAlong(env: NodeJS.ProcessEnv) {
  return {
    database: Boolean(env["DATABASE_URL"]),
    temporal: Boolean(env["TEMPORAL_ADDRESS"] || env["TEMPORAL_PROFILE"] || env["TEMPORAL_CONFIG_FILE"]),
    provider: Boolean(
      env["OPENAI_API_KEY"] ||
        env["ANTHROPIC_API_KEY"] ||
        env["OPENAI_BASE_URL"] ||
        env["ANTHROPIC_BASE_URL"],
    ),
  };
}

/** The caller's environment with the secrets and defaults of a stack that runs for one person. Set values win. */
export function withStackDefaults(
  env: NodeJS.ProcessEnv,
  secrets: Secrets,
  projectRoot: string,
): NodeJS.ProcessEnv {
  return {
    ...env,
    EVERTURN_SECRET_KEY: env["EVERTURN_SECRET_KEY"] || secrets.secretKey,
    EVERTURN_API_KEY: env["EVERTURN_API_KEY"] || secrets.apiKey,
    EVERTURN_TEMPORAL_DETAIL: env["EVERTURN_TEMPORAL_DETAIL"] || "full",
    EVERTURN_PROJECT_ROOTS: env["EVERTURN_PROJECT_ROOTS"] || projectRoot,
    // There is one build, and to start it is to deploy it, also after an older one was checked out again.
    EVERTURN_BUILD_CURRENT: env["EVERTURN_BUILD_CURRENT"] || "always",
  };
}

/**
 * Children find this very Node under its name, and keep compiled code between starts: each comes up faster, and smaller, since
 * it need not strip types again.
 */
export function withRuntime(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...env,
    PATH: [dirname(process.execPath), env["PATH"] ?? ""].join(delimiter),
    NODE_COMPILE_CACHE: env["NODE_COMPILE_CACHE"] || COMPILE_CACHE,
  };
}

// What programs of others need to run at all. A list of what may pass: keys are named in ways nobody can foresee.
const PLAIN = /^(PATH|HOME|USER|LOGNAME|LANG|LC_.*|TZ|TMPDIR|LD_LIBRARY_PATH|DYLD_.*)$/;
// … and what those need that fetch something: proxies, certificates, the settings of Go, git and apt.
const FETCHING = /^((https?|no|all)_proxy|SSL_CERT_.*|XDG_.*|GO.*|CGO_.*|GIT_.*|DEBIAN_.*|APT_.*)$/i;

/** The environment for programs of others (Postgres, Temporal): they have no business with keys of providers and secrets of ours. */
export function plainEnvironment(env: NodeJS.ProcessEnv, { isFetching = false } = {}): NodeJS.ProcessEnv {
  const passes = (name: string) => PLAIN.test(name) || (isFetching && FETCHING.test(name));
  return Object.fromEntries(Object.entries(env).filter(([name]) => passes(name)));
}

interface DevServerPlace {
  readonly address: string;
  readonly uiUrl: string | undefined;
  /** Stands in for the person's own configuration file, which may hold keys of Temporal Cloud that turn on TLS. */
  readonly configFile: string;
}

/** Leads the processes to the embedded dev server's default namespace, and to no credentials of another Temporal. */
export function withDevServer(env: NodeJS.ProcessEnv, place: DevServerPlace): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !name.startsWith("TEMPORAL_"));
  return {
    ...Object.fromEntries(others),
    TEMPORAL_ADDRESS: place.address,
    TEMPORAL_CONFIG_FILE: place.configFile,
    ...(place.uiUrl !== undefined && { TEMPORAL_UI_URL: place.uiUrl }),
  };
}

/** Leads both providers to the demo model. In Chat Completions, which has a way to go on with an answer that was begun. */
export function withDemoModel(env: NodeJS.ProcessEnv, url: string): NodeJS.ProcessEnv {
  return {
    ...env,
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_KEY: "demo",
    OPENAI_API: env["OPENAI_API"] || "chat_completions",
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: "demo",
    EVERTURN_DEMO_MODEL: "1",
    // The ferry desk is at a loopback address: chats of a stack without a key may use it.
    EVERTURN_ALLOW_PRIVATE_MCP: env["EVERTURN_ALLOW_PRIVATE_MCP"] || "1",
  };
}
