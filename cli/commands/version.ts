// `version`: prints the versions of Everturn and Node.
import { readFile } from "node:fs/promises";

/** Prints the versions of Everturn and Node. */
export async function version(): Promise<void> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  const { version: release } = JSON.parse(text) as { version: string };
  process.stdout.write(`everturn ${release}, node ${process.versions.node}\n`);
}
