// Lets a command that runs beside `npm start` use that stack without being told where it is.
import { join, resolve } from "node:path";
import { findSecrets } from "../dev/data/data-folder.ts";
import { readRunning } from "../dev/data/running-file.ts";
import { broughtAlong, withDemoModel, withDevServer, withStackDefaults } from "../dev/stack-environment.ts";

/**
 * The environment with the addresses and secrets of the stack that runs in the data folder. Variables that are set win.
 * If they name another database, nothing of the stack is used, especially not its secret key. Without a running stack,
 * the environment itself.
 */
export function withRunningStack(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const folder = resolve(env["EVERTURN_DATA_DIR"] || ".data");
  const running = readRunning(folder);
  const secrets = findSecrets(folder);
  if (running === null || secrets === null) return env;
  const { databaseUrl, temporalAddress, temporalUiUrl, demoModelUrl } = running.addresses;
  if (env["DATABASE_URL"] && env["DATABASE_URL"] !== databaseUrl) return env;
  const has = broughtAlong(env);
  const based = {
    ...withStackDefaults(env, secrets, env["EVERTURN_PROJECT_ROOTS"] ?? ""),
    DATABASE_URL: databaseUrl,
  };
  const configFile = join(folder, "temporal.toml");
  const place = { address: temporalAddress, uiUrl: temporalUiUrl, configFile };
  const led = has.temporal ? based : withDevServer(based, place);
  return has.provider || demoModelUrl === undefined ? led : withDemoModel(led, demoModelUrl);
}
