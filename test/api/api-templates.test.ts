import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;
let folder: string;

const GOOD = `title: Little
description: A little one
image: debian:bookworm
parameters:
  - name: colour
    type: choice
    description: Of the walls
    choices: [red, blue]
    default: red
  - name: floors
    type: number
    description: How many
build: ["echo one", "echo two"]
startup: echo up
env: { SECRET_WORD: hidden-value }
ttl: 30m
`;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "everturn-templates-"));
  await addTemplate("little", GOOD);
  await writeFile(join(folder, "little/README.md"), "# Little\n");
  await addTemplate("broken", "title: Broken\ndescription: x\nimage: debian\ncolour: red\n");
  api = await startTestApi({ templatesDir: folder });
});

after(async () => {
  await api.stop();
  await rm(folder, { recursive: true });
});

async function addTemplate(name: string, yaml: string): Promise<void> {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, "template.yaml"), yaml);
}

test("templates are listed with what a caller has to fill in; a broken one is told beside them", async () => {
  const { status, body } = await api.call("GET /v1/templates");
  assert.equal(status, 200);
  assert.deepEqual(
    body.items.map((item: { name: string }) => item.name),
    ["little"],
  );
  const [little] = body.items;
  assert.equal(little.ttl_ms, 1_800_000);
  assert.deepEqual(little.parameters[0].choices, ["red", "blue"]);
  assert.equal("default" in little.parameters[1], false);
  assert.deepEqual([body.faults[0].template, body.faults[0].file], ["broken", "broken/template.yaml"]);
});

test("a template is read with what it runs and its README; values of its environment and folders stay inside", async () => {
  const { body } = await api.call("GET /v1/templates/little");
  assert.deepEqual(body.template.build, ["echo one", "echo two"]);
  assert.equal(body.template.startup, "echo up");
  assert.deepEqual(body.template.env, ["SECRET_WORD"]);
  assert.match(body.readme, /^# Little/);
  assert.deepEqual(body.faults, []);
  assert.doesNotMatch(JSON.stringify(body), /hidden-value|everturn-templates-/);
});

test("a broken template is read as its faults, an unknown one is not found", async () => {
  const { status, body } = await api.call("GET /v1/templates/broken");
  assert.equal(status, 200);
  assert.equal(body.template, null);
  assert.equal(body.faults[0].file, "broken/template.yaml");
  for (const name of ["nothing", "..%2Flittle", "x".repeat(300)]) {
    const missing = await api.call(`GET /v1/templates/${name}`);
    assert.equal(`${missing.status} ${missing.body.code}`, "404 template_not_found", name);
  }
});

test("A1 templates are shown to nobody without a key", async () => {
  assert.equal((await api.call("GET /v1/templates", { key: null })).status, 401);
});

test("A3 a workspace of a template that is not there, is broken or is filled in wrongly is refused with paths", async () => {
  const cases: readonly [object, readonly string[]][] = [
    [{ template: "nothing" }, ["template"]],
    [{ template: "broken" }, ["template"]],
    [{ template: "little" }, ["parameters.floors"]],
    [
      { template: "little", parameters: { floors: "many", colour: "green", extra: 1 } },
      ["parameters.extra", "parameters.colour", "parameters.floors"],
    ],
  ];
  for (const [body, paths] of cases) {
    const answer = await api.call("POST /v1/workspaces", { body });
    assert.equal(`${answer.status} ${answer.body.code}`, "400 template_refused");
    assert.deepEqual(
      answer.body.errors.map((fault: { path: string }) => fault.path),
      paths,
    );
  }
  const { rows } = await api.pool.query("select 1 from workspaces");
  assert.deepEqual(rows, []);
});
