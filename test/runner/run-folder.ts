// All that a test run writes is in one folder, which each process of the run names in its environment: none outlives the run.
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SWEEP = fileURLToPath(new URL("sweep.sh", import.meta.url));

/**
 * From now on the temporary files of this process and of those it starts are in the folder. When this process ends, however it
 * ends, so do those that still name the folder, and the folder is removed.
 */
export function makeRunFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), "everturn-run-"));
  // Open to the user that Postgres runs as when the tests run as root.
  chmodSync(folder, 0o755);
  const sweep = spawn("/bin/sh", [SWEEP], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  sweep.stdin.on("error", () => {});
  sweep.on("error", () => {});
  sweep.stdin.write(`${folder}\n`);
  sweep.unref();
  (sweep.stdin as typeof sweep.stdin & { unref(): void }).unref();
  // What is kept for the next run.
  process.env["EVERTURN_TEST_DATA_DIR"] ??= join(tmpdir(), "everturn-test-bundles");
  process.env["TMPDIR"] = folder;
}
