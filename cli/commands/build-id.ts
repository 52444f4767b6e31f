// `build-id`: prints the build id that is made from the sources.
import { sourcesBuildId } from "../../worker/builds/build-id.ts";

export async function buildId(): Promise<void> {
  process.stdout.write(`${await sourcesBuildId()}\n`);
}
