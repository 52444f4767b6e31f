// Dev holds the embedded stack: downloads Temporal's official program into a folder, by starting its dev server once.
import { TestWorkflowEnvironment } from "@temporalio/testing";

const [version = "", downloadDir = ""] = process.argv.slice(2);
const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: "cached-download", version, downloadDir, ttl: "365d" } },
});
await environment.teardown();
