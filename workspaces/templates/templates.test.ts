// Templates: what is valid is there, what is not is told with file, path and line, and the rest still works.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { TemplateFault } from "../../core/workspace/template.ts";
import { createTemplateShelf } from "./templates.ts";

const minimal = "title: T\ndescription: A template.\nimage: debian:bookworm\n";

function aShelf(t: TestContext, files: Readonly<Record<string, string>> = {}) {
  const base = realpathSync(mkdtempSync(path.join(tmpdir(), "everturn-templates-")));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  const folder = path.join(base, "templates");
  mkdirSync(folder);
  let now = 0;
  const write = (name: string, content: string | Uint8Array) => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  const shelf = createTemplateShelf(folder, () => now);
  return {
    ...shelf,
    base,
    folder,
    write,
    /** As if this much time had passed. */
    pass(ms: number) {
      now += ms;
    },
  };
}

/** The faults of one `template.yaml`, as `path: message`. */
async function faultsOf(t: TestContext, yaml: string): Promise<readonly string[]> {
  const shelf = aShelf(t, { "x/template.yaml": yaml });
  const { templates, faults } = await shelf.list();
  assert.equal(templates.length, 0, "a faulty template is not offered");
  return faults.map((fault) => `${fault.path}: ${fault.message}`);
}

const told = (faults: readonly TemplateFault[]) => faults.map(({ file, message }) => `${file}: ${message}`);

test("W1 a template says the least it can, and the rest has defaults", async (t) => {
  const shelf = aShelf(t, { "small/template.yaml": minimal });
  assert.deepEqual(await shelf.read("small"), {
    template: {
      name: "small",
      title: "T",
      description: "A template.",
      parameters: [],
      image: "debian:bookworm",
      build: [],
      startup: null,
      env: {},
      network: false,
      limits: { memory_mib: 2_048, cpus: 2, pids: 512, disk_mib: 10_240 },
      ttl_ms: 7_200_000,
      files: null,
    },
    faults: [],
    readme: null,
  });
  assert.equal(await shelf.read("none"), null);
});

test("W1 a template says all it can", async (t) => {
  const yaml = `name: full
title: Full
description: Everything.
parameters:
  - {name: size, type: choice, description: Size., choices: [s, l], default: s}
  - {name: count, type: number, description: Count.}
image: registry.example/team/image:1@sha256:0f
build: [make, make test]
startup: |
  serve --port 80
env: {MODE: "test"}
network: true
limits: {memory_mib: 512, cpus: 0.5}
ttl: never
`;
  const shelf = aShelf(t, {
    "full/template.yaml": yaml,
    "full/README.md": "# Full",
    "full/files/a/b.txt": "b",
  });
  const found = await shelf.read("full");
  assert.deepEqual(found?.faults, []);
  assert.equal(found.readme, "# Full");
  const { template } = found;
  assert.equal(template?.files, path.join(shelf.folder, "full/files"));
  assert.equal(template.ttl_ms, null);
  assert.equal(template.startup, "serve --port 80");
  assert.deepEqual(template.limits, { memory_mib: 512, cpus: 0.5, pids: 512, disk_mib: 10_240 });
  assert.deepEqual(template.parameters, [
    { name: "size", type: "choice", description: "Size.", choices: ["s", "l"], default: "s" },
    { name: "count", type: "number", description: "Count." },
  ]);
});

test("W9 a time-to-live is a number with a unit, or never", async (t) => {
  for (const [ttl, ms] of [
    ["30m", 1_800_000],
    ["2h", 7_200_000],
    ["5s", 5_000],
    ["30d", 2_592_000_000],
  ] as const) {
    const shelf = aShelf(t, { "x/template.yaml": `${minimal}ttl: ${ttl}\n` });
    assert.equal((await shelf.read("x"))?.template?.ttl_ms, ms);
  }
  for (const ttl of ["30", "h", "1w", "-1h", "1.5h", "31d", "0s", "''"]) {
    const [fault] = await faultsOf(t, `${minimal}ttl: ${ttl}\n`);
    assert.match(fault ?? "", /^ttl: line 4: must /);
  }
});

test("W1 each field of the wrong kind is a fault with its path and line", async (t) => {
  const cases: readonly (readonly [yaml: string, fault: RegExp])[] = [
    [`${minimal}colour: red\n`, /^colour: line 4: is no field of a template$/],
    ["title: T\nimage: a\n", /^description: is missing$/],
    ["title: 3\ndescription: d\nimage: a\n", /^title: line 1: must be text/],
    ["title: ' '\ndescription: d\nimage: a\n", /^title: line 1: must not be empty$/],
    ["title: T\ndescription: d\nimage: a b\n", /^image: line 3: must be the name of an image/],
    [`${minimal}name: other\n`, /^name: line 4: must be x, like its folder/],
    [`${minimal}build: make\n`, /^build: line 4: must be a list of commands$/],
    [`${minimal}build:\n  - make\n  - 3\n`, /^build\[1\]: line 6: must be text/],
    [`${minimal}startup: "a\\0b"\n`, /^startup: line 4: must not contain a NUL/],
    [`${minimal}env:\n  A: 1\n`, /^env\.A: line 5: must be text; put it in quotes$/],
    [`${minimal}env:\n  A-B: x\n`, /^env\.A-B: line 5: is no name of a variable$/],
    [`${minimal}env: {PARAM_A: x}\n`, /^env\.PARAM_A: line 4: names beginning with PARAM_ are reserved$/],
    [`${minimal}env: {EVERTURN_TOKEN: x}\n`, /^env\.EVERTURN_TOKEN: .*reserved$/],
    [`${minimal}network: yes please\n`, /^network: line 4: must be true, false or unfiltered$/],
    [`${minimal}limits: {memory_mib: 1}\n`, /^limits\.memory_mib: line 4: must be a whole number from 64/],
    [`${minimal}limits: {cpus: .inf}\n`, /^limits\.cpus: line 4: must be /],
    [`${minimal}limits: {disk: 1}\n`, /^limits\.disk: line 4: is no field/],
    ["- a\n", /^: must be a map of fields$/],
    ["", /^: must be a map of fields$/],
  ];
  for (const [yaml, fault] of cases) assert.match((await faultsOf(t, yaml)).join("\n"), fault, yaml);
});

test("W1 faults of parameters name the parameter", async (t) => {
  const declared = (words: string) => `${minimal}parameters:\n  - {name: a, description: A., ${words}}\n`;
  const cases: readonly (readonly [yaml: string, fault: RegExp])[] = [
    [declared("type: text"), /^parameters\[0\]\.type: line 5: must be string, number, boolean or choice$/],
    [declared("type: number, default: two"), /^parameters\[0\]\.default: line 5: must be a number$/],
    [declared("type: choice"), /^parameters\[0\]\.choices: line 5: a choice needs its choices$/],
    [declared("type: string, choices: [a]"), /^parameters\[0\]\.choices: line 5: only a choice has choices$/],
    [declared("type: choice, choices: [a, a]"), /^parameters\[0\]\.choices: line 5: must not repeat one$/],
    [
      declared("type: choice, choices: [b], default: a"),
      /^parameters\[0\]\.default: line 5: must be one of "b"$/,
    ],
    [declared("type: string, defualt: a"), /^parameters\[0\]\.defualt: line 5: is no field/],
    [
      `${declared("type: string")}  - {name: a, description: A., type: string}\n`,
      /^parameters\[1\]\.name: line 6: is there twice: a$/,
    ],
    [
      `${minimal}parameters: [{name: A-b, description: A., type: string}]\n`,
      /^parameters\[0\]\.name: line 4: must be lower case/,
    ],
    [`${minimal}parameters: {a: b}\n`, /^parameters: line 4: must be a list$/],
  ];
  for (const [yaml, fault] of cases) assert.match((await faultsOf(t, yaml)).join("\n"), fault, yaml);
});

test("W1 all faults of a file are told at once", async (t) => {
  assert.equal((await faultsOf(t, "title: 1\nimage: 2\nttl: 3\nx: 4\n")).length, 5);
});

test("W1 what is no YAML is told with its line", async (t) => {
  for (const [yaml, line] of [
    ["title: [\n", 2],
    ["title: a\ntitle: b\n", 2],
    ["title: a\n---\ntitle: b\n", 2],
    ["title: !secret a\n", 1],
    ["\ttitle: a\n", 1],
  ] as const) {
    assert.match((await faultsOf(t, yaml)).join("\n"), new RegExp(`^: line ${line}: `), yaml);
  }
});

test("W1 aliases that multiply are a fault, not a full memory", async (t) => {
  const levels = Array.from({ length: 9 }, (_, at) => {
    const before = at === 0 ? "x" : `*a${at - 1}`;
    return `a${at}: &a${at} [${Array.from({ length: 9 }, () => before).join(",")}]`;
  });
  assert.match((await faultsOf(t, levels.join("\n"))).join("\n"), /alias/i);
});

test("W1 a faulty template is told with its file, and the others still work", async (t) => {
  const shelf = aShelf(t, {
    "good/template.yaml": minimal,
    "bad/template.yaml": "title: T\n",
    "empty/README.md": "no yaml here",
    "Bad Name/template.yaml": minimal,
    "README.md": "beside the templates",
    ".git/config": "hidden",
  });
  const { templates, faults } = await shelf.list();
  assert.deepEqual(
    templates.map(({ name }) => name),
    ["good"],
  );
  assert.deepEqual(told(faults), [
    "Bad Name: the folder's name must be at most 64 lower case letters, digits and dashes",
    "bad/template.yaml: is missing",
    "bad/template.yaml: is missing",
    "empty/template.yaml: is missing",
  ]);
  assert.deepEqual(
    faults.map(({ template, path: at }) => `${template} ${at}`),
    ["Bad Name ", "bad description", "bad image", "empty "],
  );
  const bad = await shelf.read("bad");
  assert.equal(bad?.template, null);
  assert.equal(bad.faults.length, 2);
});

test("W1 a folder of templates that is not there is one fault and no templates", async (t) => {
  const { base } = aShelf(t);
  const shelf = createTemplateShelf(path.join(base, "nowhere"));
  const { templates, faults } = await shelf.list();
  assert.deepEqual(templates, []);
  assert.deepEqual(told(faults), [": the templates' folder (EVERTURN_TEMPLATES_DIR) does not exist"]);
  assert.equal(await shelf.read("blank"), null);
  const file = path.join(base, "file");
  writeFileSync(file, "");
  assert.equal((await createTemplateShelf(file).list()).faults.length, 1);
});

test("W7 links that lead out of the templates' folder are faults, and nothing outside is shown", async (t) => {
  const shelf = aShelf(t, {
    "a/files/x": "x",
    "b/template.yaml": minimal,
    "c/template.yaml": minimal,
    "e/template.yaml": minimal,
    "e/files/x": "x",
    "f/template.yaml": minimal,
  });
  const outside = path.join(shelf.base, "outside");
  mkdirSync(outside);
  writeFileSync(path.join(outside, "template.yaml"), minimal);
  writeFileSync(path.join(outside, "secret"), "title: secret-4711");
  symlinkSync(path.join(outside, "secret"), path.join(shelf.folder, "a/template.yaml"));
  symlinkSync(path.join(outside, "secret"), path.join(shelf.folder, "b/README.md"));
  symlinkSync(outside, path.join(shelf.folder, "c/files"));
  symlinkSync(outside, path.join(shelf.folder, "d"));
  symlinkSync("../../../outside/secret", path.join(shelf.folder, "e/files/out"));
  symlinkSync("files", path.join(shelf.folder, "f/files"));
  const { templates, faults } = await shelf.list();
  assert.deepEqual(templates, []);
  const leadsOut = "is a link that leads out of the templates' folder";
  assert.deepEqual(told(faults), [
    `a/template.yaml: ${leadsOut}`,
    `b/README.md: ${leadsOut}`,
    `c/files: ${leadsOut}`,
    `d: ${leadsOut}`,
    `e/files/out: ${leadsOut}`,
    "f/files: is a link that goes in circles",
  ]);
  assert.ok(!JSON.stringify(faults).includes("4711") && !JSON.stringify(faults).includes(shelf.base));
});

test("W7 links within the templates' folder are followed", async (t) => {
  const shelf = aShelf(t, { "a/template.yaml": minimal, "a/files/x": "x", "b/README.md": "b" });
  symlinkSync("../a/template.yaml", path.join(shelf.folder, "b/template.yaml"));
  symlinkSync("../a/files", path.join(shelf.folder, "b/files"));
  symlinkSync("x", path.join(shelf.folder, "a/files/y"));
  const { templates, faults } = await shelf.list();
  assert.deepEqual(faults, []);
  assert.deepEqual(
    templates.map(({ name, files }) => [name, files]),
    [
      ["a", path.join(shelf.folder, "a/files")],
      ["b", path.join(shelf.folder, "a/files")],
    ],
  );
});

test("W1 files that are too large, or no text, or no files are faults", async (t) => {
  const shelf = aShelf(t, {
    "big-readme/template.yaml": minimal,
    "big-readme/README.md": "x".repeat(32 * 1024 + 1),
    "big-yaml/template.yaml": `${minimal}#${"x".repeat(64 * 1024)}`,
    "binary/template.yaml": "",
    "folder/template.yaml/x": "x",
    "no-folder/template.yaml": minimal,
    "no-folder/files": "x",
    "pipe/template.yaml": minimal,
    "pipe/files/x": "x",
    "pipe-yaml/x": "x",
  });
  shelf.write("binary/template.yaml", Uint8Array.of(0xff, 0xfe, 0x00));
  execFileSync("mkfifo", [
    path.join(shelf.folder, "pipe/files/p"),
    path.join(shelf.folder, "pipe-yaml/template.yaml"),
  ]);
  assert.deepEqual(told((await shelf.list()).faults), [
    "big-readme/README.md: has more than 32 KiB",
    "big-yaml/template.yaml: has more than 64 KiB",
    "binary/template.yaml: is not UTF-8 text",
    "folder/template.yaml: is not a regular file",
    "no-folder/files: is not a folder",
    "pipe/files/p: is neither a file, a folder nor a link",
    "pipe-yaml/template.yaml: is not a regular file",
  ]);
});

test("W1 what a workspace begins with has caps", async (t) => {
  const shelf = aShelf(t, {
    "big/template.yaml": minimal,
    "deep/template.yaml": minimal,
    "many/template.yaml": minimal,
  });
  shelf.write("big/files/x", "");
  truncateSync(path.join(shelf.folder, "big/files/x"), 64 * 1024 * 1024 + 1);
  mkdirSync(path.join(shelf.folder, "deep/files", ...Array.from({ length: 33 }, () => "d")), {
    recursive: true,
  });
  for (let at = 0; at <= 2_000; at++) shelf.write(`many/files/${at}`, "");
  assert.deepEqual(told((await shelf.list()).faults), [
    "big/files: has more than 64 MiB",
    "deep/files: has more than 32 levels",
    "many/files: has more than 2000 entries",
  ]);
});

test("W1 of more than 200 folders the first are read, and the rest is told", async (t) => {
  const shelf = aShelf(t);
  for (let at = 0; at < 201; at++) shelf.write(`t${String(at).padStart(3, "0")}/template.yaml`, minimal);
  const { templates, faults } = await shelf.list();
  assert.equal(templates.length, 200);
  assert.deepEqual(told(faults), [": there are 201 folders; the first 200 by name are read"]);
});

test("W1 a template that changed is read anew, at most once a second", async (t) => {
  const shelf = aShelf(t, { "a/template.yaml": minimal });
  const titles = async () => (await shelf.list()).templates.map(({ name, title }) => `${name} ${title}`);
  assert.deepEqual(await titles(), ["a T"]);
  shelf.write("a/template.yaml", minimal.replace("title: T", "title: Other"));
  shelf.write("b/template.yaml", minimal);
  shelf.pass(999);
  assert.deepEqual(await titles(), ["a T"]);
  shelf.pass(1);
  assert.deepEqual(await titles(), ["a Other", "b T"]);
  rmSync(path.join(shelf.folder, "a"), { recursive: true });
  shelf.pass(1_000);
  assert.deepEqual(await titles(), ["b T"]);
});

test("W1 the templates of this project are valid, with README, image and files", async () => {
  const shelf = createTemplateShelf(fileURLToPath(new URL("../../templates", import.meta.url)));
  const { templates, faults } = await shelf.list();
  assert.deepEqual(faults, []);
  assert.deepEqual(
    templates.map(({ name, image, network }) => [name, image, network]),
    [
      ["blank", "debian:bookworm", false],
      ["node", "node:24-bookworm", false],
      ["python", "python:3.13-bookworm", false],
    ],
  );
  for (const { name } of templates) assert.match((await shelf.read(name))?.readme ?? "", /^# /);
});
