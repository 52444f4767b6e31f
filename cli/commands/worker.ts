// `worker`: runs turns.
import { checkPostgres, checkTemporal } from "../../dev/part/outside-services.ts";
import { runRole } from "../run-role.ts";

/** Runs a worker. It needs Postgres and Temporal, and says which of them does not answer. */
export function worker(): Promise<void> {
  return runRole({
    name: "worker",
    start: async (config, logger) => {
      await checkPostgres(config.databaseUrl);
      await checkTemporal(config.temporalEnvironment);
      const { startWorker } = await import("../../worker/main.ts");
      const running = await startWorker(config, logger);
      logger.info("worker ready");
      return running;
    },
  });
}
