// `config-docs`: writes docs/configuration.md.
import { writeFile } from "node:fs/promises";
import { configurationPage } from "../../platform/config/config-table.ts";

/** Writes docs/configuration.md. */
export async function configDocs(): Promise<void> {
  await writeFile(new URL("../../docs/configuration.md", import.meta.url), configurationPage());
}
