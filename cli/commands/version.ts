// The command line composes: `version` names the release and what it runs on.
import { readFile } from "node:fs/promises";

/** Prints the version of Everturn and of Node. */
export async function version(): Promise<void> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  const { version: release } = JSON.parse(text) as { version: string };
  process.stdout.write(`everturn ${release}, node ${process.versions.node}\n`);
}
