import assert from "node:assert/strict";
import { test } from "node:test";
import { createNoLimitNotice } from "./no-limit-notice.ts";

const usage = {
  input_tokens: 1,
  output_tokens: 1,
  total_tokens: 2,
  reasoning_tokens: 0,
  cache_creation_tokens: 0,
  cache_read_tokens: 0,
  context_limit: null,
};

test("K1 that nobody knows a model's context limit is said once for each model, and not where somebody does", () => {
  const said: unknown[] = [];
  const notice = createNoLimitNotice({ warn: (fields) => said.push(fields["model_config"]) });
  const model = (name: string, context_limit: number | null = null) => ({ id: name, name, context_limit });
  notice(model("a"), usage);
  notice(model("a"), usage);
  notice(model("b"), usage);
  notice(model("known", 1_000), usage);
  notice(model("reported"), { ...usage, context_limit: 4_096 });
  assert.deepEqual(said, ["a", "b"]);
});
