import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf } from "./plan-workspace.ts";
import { resolveParameters } from "./resolve-parameters.ts";
import type { Template, TemplateParameter } from "./template.ts";

function aTemplate(...parameters: readonly TemplateParameter[]): Template {
  return {
    name: "t",
    title: "T",
    description: "A template.",
    parameters,
    image: "debian:bookworm",
    build: ["make"],
    startup: "serve",
    env: { MODE: "test" },
    network: false,
    limits: { memory_mib: 512, cpus: 1, pids: 64, disk_mib: 1_024 },
    ttl_ms: 60_000,
    files: null,
  };
}

const size: TemplateParameter = { name: "size", type: "choice", description: "Size.", choices: ["s", "l"] };
const title: TemplateParameter = { name: "title", type: "string", description: "Title.", default: "none" };
const count: TemplateParameter = { name: "count", type: "number", description: "Count.", default: 2 };
const draft: TemplateParameter = { name: "draft", type: "boolean", description: "Draft.", default: false };

test("W2 parameters that are not given, or given as null, have their defaults", () => {
  const template = aTemplate(size, title, count, draft);
  const values = { size: "l", title: "none", count: 2, draft: false };
  assert.deepEqual(resolveParameters(template, { size: "l" }), { ok: true, values });
  assert.deepEqual(resolveParameters(template, { size: "l", title: null, count: undefined }), {
    ok: true,
    values,
  });
});

test("W2 every fault of the parameters is reported at once, each with its path", () => {
  const given = { size: "m", title: 3, count: "2", draft: "yes", colour: "red" };
  const resolved = resolveParameters(aTemplate(size, title, count, draft), given);
  assert.deepEqual(resolved.ok ? [] : resolved.errors, [
    { path: "colour", message: "is no parameter: the template has size, title, count, draft" },
    { path: "size", message: 'must be one of "s", "l"' },
    { path: "title", message: "must be a string" },
    { path: "count", message: "must be a number" },
    { path: "draft", message: "must be true or false" },
  ]);
});

test("W2 a parameter without default must be given, whatever every object inherits", () => {
  const required: TemplateParameter = { name: "constructor", type: "string", description: "Odd." };
  const resolved = resolveParameters(aTemplate(required), {});
  assert.deepEqual(resolved.ok ? [] : resolved.errors, [{ path: "constructor", message: "is required" }]);
  const none = resolveParameters(aTemplate(), { a: 1 });
  assert.deepEqual(none.ok ? [] : none.errors, [
    { path: "a", message: "is no parameter: the template takes none" },
  ]);
});

test("W2 a value that cannot be an environment variable is refused", () => {
  for (const value of ["a\0b", "x".repeat(4_097)]) {
    assert.equal(resolveParameters(aTemplate(title), { title: value }).ok, false);
  }
});

test("W2 values reach commands as environment, never as text in them", () => {
  const template = { ...aTemplate(title, count), build: ["echo $PARAM_TITLE"] };
  const planned = planOf(template, { title: "$(rm -rf /); '\"", count: 0.5 });
  assert.deepEqual(planned, {
    plan: {
      image: "debian:bookworm",
      files: null,
      env: { MODE: "test", PARAM_TITLE: "$(rm -rf /); '\"", PARAM_COUNT: "0.5" },
      network: false,
      limits: { memory_mib: 512, cpus: 1, pids: 64, disk_mib: 1_024 },
    },
    build_commands: ["echo $PARAM_TITLE"],
    startup: "serve",
    ttl_ms: 60_000,
  });
});
