// The compose file, the image's recipe and Temporal's set-up scripts, as far as they can be judged without an engine.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { NODE_VERSION } from "../../dev/install/bring-node.mjs";
import { SEARCH_ATTRIBUTES } from "../../workflows/contract.ts";
import {
  type ComposeService,
  exampleEnvironment,
  projectFolder,
  readComposeFile,
  serviceOf,
} from "./containers-compose.ts";

const file = readComposeFile(exampleEnvironment);
const services = Object.entries(file.services);
const oneShots = ["temporal-schema", "search-attributes", "migrate"];
const readText = (path: string): string => readFileSync(resolve(projectFolder, path), "utf8");

/** The schema of the compose specification, as a package brings it along. */
function composeSchema(): Record<string, unknown> {
  const path = fileURLToPath(
    new URL("schemas/compose.schema.json", import.meta.resolve("dclint/package.json")),
  );
  // The dialect's name has another spelling than the one Ajv knows draft-07 by, which is its default anyway.
  const { $schema: _, ...schema } = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  return schema;
}

test("the compose file fits the schema of the compose specification", () => {
  const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(
    composeSchema(),
  );
  assert.equal(validate(file), true, JSON.stringify(validate.errors, null, 2));
  const broken = { ...file, services: { ...file.services, extra: { image: "x:1", helthcheck: {} } } };
  assert.equal(validate(broken), false, "a misspelt key must not pass, or the schema says nothing");
});

test("every image is pinned to a full version", () => {
  for (const [name, service] of services) assert.match(service.image, /:\d+\.\d+(\.\d+)?(-\w+)?$/, name);
  const bases = [...readText("Dockerfile").matchAll(/^FROM (\S+)/gm)].map((match) => match[1] ?? "");
  assert.ok(bases.length > 1);
  for (const base of bases) assert.match(base, /^node:24\.\d+\.\d+-bookworm-slim$/);
});

test("the image runs the Node that is brought along where the user's own is too old", () => {
  assert.match(readText("Dockerfile"), new RegExp(`^FROM node:${NODE_VERSION}-`, "m"));
});

test("no service runs as root", () => {
  for (const [name, service] of services) assert.match(service.user ?? "", /^[1-9]\d*:[1-9]\d*$/, name);
  assert.match(readText("Dockerfile"), /^USER node$/m);
});

test("every service that stays has a health check, a restart policy and a grace period; one-shots end", () => {
  for (const [name, service] of services) {
    if (oneShots.includes(name)) {
      assert.match(service.restart ?? "", /^on-failure:\d+$/, name);
      continue;
    }
    assert.equal(service.healthcheck?.test[0], "CMD", name);
    assert.equal(service.restart, "unless-stopped", name);
    assert.match(service.stop_grace_period ?? "", /^\d+[sm]$/, name);
  }
});

test("a service starts only after what it needs is healthy, or has completed", () => {
  for (const [name, service] of services) {
    for (const [need, { condition }] of Object.entries(service.depends_on ?? {})) {
      assert.equal(condition, conditionFor(need), `${name} needs ${need}`);
    }
  }
  for (const name of ["api", "worker"]) {
    const needs = Object.keys(serviceOf(file, name).depends_on ?? {});
    assert.deepEqual(needs.toSorted(), ["migrate", "postgres", "search-attributes", "temporal"], name);
  }
});

function conditionFor(need: string): string {
  return oneShots.includes(need) ? "service_completed_successfully" : "service_healthy";
}

test("no secret has a default: without one the file is refused", () => {
  for (const missing of Object.keys(exampleEnvironment)) {
    const environment = { ...exampleEnvironment, [missing]: "" };
    assert.throws(() => readComposeFile(environment), new RegExp(`required variable ${missing} is missing`));
  }
});

test("nothing is published beyond this machine's own address", () => {
  const published = services.flatMap(([, service]) => service.ports ?? []);
  assert.ok(published.length > 0);
  for (const port of published) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/);
});

test(".env.example names exactly the variables of the compose file", () => {
  const used = [...readText("docker-compose.yml").matchAll(/\$\{(\w+)/g)].map((match) => match[1]);
  const named = [...readText(".env.example").matchAll(/^(\w+)=/gm)].map((match) => match[1]);
  assert.deepEqual(new Set(named), new Set(used));
});

test("the search attributes registered for Temporal are those that workflows set", () => {
  const registered = [...readText("deploy/temporal/register.sh").matchAll(/--name (\w+) --type Keyword/g)];
  assert.deepEqual(
    new Set(registered.map((match) => match[1])),
    new Set<string | undefined>(Object.values(SEARCH_ATTRIBUTES)),
  );
});

test("Temporal's dynamic configuration lets turns start and retry at once, and its scripts are proper shell", () => {
  const settings = parse(readText("deploy/temporal/dynamic-config.yaml")) as unknown;
  assert.deepEqual(settings, {
    "history.transferProcessorMaxPollRPS": [{ value: 5000 }],
    "history.workflowIdReuseMinimalInterval": [{ value: "0s" }],
    "history.timerProcessorMaxTimeShift": [{ value: "50ms" }],
    "history.timerProcessorMaxPollRPS": [{ value: 1000 }],
    "system.enableActivityEagerExecution": [{ value: true }],
  });
  for (const service of [serviceOf(file, "temporal-schema"), serviceOf(file, "search-attributes")]) {
    const script = resolve(projectFolder, "deploy/temporal", scriptOf(service));
    assert.equal(spawnSync("sh", ["-n", script]).status, 0, script);
  }
});

function scriptOf(service: ComposeService): string {
  const path = (service as { entrypoint?: readonly string[] }).entrypoint?.at(-1) ?? "";
  assert.ok(path.startsWith("/deploy/"), path);
  return path.slice("/deploy/".length);
}

test("what the image is made of exists, and it leaves tests and tools out", () => {
  const lines = readText(".dockerignore").split("\n");
  assert.ok(lines.includes("*"), "a whitelist begins with excluding everything");
  for (const left of ["**/*.test.ts", "dev/check", "dev/demo-model"]) assert.ok(lines.includes(left), left);
  for (const needed of ["package.json", "package-lock.json", ".npmrc", "deploy/probe.ts"]) {
    assert.ok(lines.includes(`!${needed}`), needed);
    assert.ok(existsSync(resolve(projectFolder, needed)), needed);
  }
  assert.ok(!lines.some((line) => /^!(test|bench|node_modules)\b/.test(line)));
});
