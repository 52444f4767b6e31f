// `api`: runs one replica of the HTTP API.
import { checkPostgres } from "../../dev/part/outside-services.ts";
import { runRole } from "../run-role.ts";

/** Runs the API. Temporal may be down: requests are accepted and delivered later (SPEC Q11). */
export function api(): Promise<void> {
  return runRole({
    name: "api",
    start: async (config, logger) => {
      await checkPostgres(config.databaseUrl);
      const { startApi } = await import("../../api/main.ts");
      const running = await startApi(config, logger);
      logger.info({ port: running.port }, "api listening");
      return running;
    },
  });
}
