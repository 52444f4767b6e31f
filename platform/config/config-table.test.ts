import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { configurationPage } from "./config-table.ts";
import { environmentSchema } from "./environment.ts";

test("docs/configuration.md is what the schema says (renew: npm run everturn -- config-docs)", async () => {
  const page = await readFile(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  assert.equal(page, configurationPage());
});

test("every variable has a row and a description", () => {
  const page = configurationPage();
  for (const name of Object.keys(environmentSchema.shape)) {
    assert.match(page, new RegExp(`^\\| \`${name}\` \\| .+ \\| .{10,} \\|$`, "m"));
  }
});
