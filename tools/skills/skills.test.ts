import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { ToolContext } from "../tool.ts";
import { ToolError } from "../tool-error.ts";
import { isContextPath } from "./context-stamp.ts";
import { readSkill, readSkillFile } from "./read-skill.ts";
import { parseSkill } from "./skill-file.ts";
import { listDeploymentSkills, skillsShelf } from "./skills-shelf.ts";

const signal = new AbortController().signal;

function skill(name: string, description = "Does it.", body = "Do it."): string {
  return `---\nname: ${name}\ndescription: ${description}\n---\n${body}`;
}

function aShelf(t: TestContext, files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "skills-")));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
  return root;
}

function contextOf(root: string): ToolContext {
  return {
    projectRoot: null,
    projectFiles: null,
    workspace: {
      agent: () => Promise.reject(new ToolError("There is no workspace.")),
    } as unknown as ToolContext["workspace"],
    deploymentSkills: skillsShelf(root),
    keepFile: () => Promise.reject(new Error("no file is kept here")),
    loadFile: () => Promise.reject(new Error("no file is here")),
    signal,
    chatId: "chat",
    toolCallId: "call",
    emit: () => undefined,
  };
}

test("C2 a SKILL.md is read by its front matter, and each fault is named", () => {
  assert.deepEqual(parseSkill(`\ufeff${skill("lint")}`, "lint"), {
    ok: true,
    description: "Does it.",
    body: "Do it.",
  });
  assert.equal(parseSkill("---\r\nname: a\r\ndescription: b\r\nlicense: MIT\r\n---\r\n", "a").ok, true);
  const faults: readonly [string, RegExp][] = [
    ["# Title", /front matter/],
    ["---\nname: lint", /front matter/],
    ["---\nname: [\n---\n", /YAML/],
    ["---\n- lint\n---\n", /its front matter/],
    ["---\nname: lint\n---\n", /description/],
    [skill("Lint"), /name: must be small letters/],
    [skill("li--nt"), /name/],
    [skill("other"), /not that of its folder/],
    [skill("lint", '" "'), /must say something/],
    [skill("lint", "x".repeat(1_025)), /description/],
    [`---\nname: lint\ndescription: ok\n${"# x\n".repeat(5_000)}---\n`, /16 KiB/],
    [
      `---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]\n---\n`,
      /YAML/,
    ],
    ...["[", "{a: ", "- ", "? ", "a: 1\n", "[a,", "!a ", "%TAG ! x\n"].map(
      (piece) => [`---\n${piece.repeat(1_500)}\n---\n`, /too many parts/] as [string, RegExp],
    ),
  ];
  for (const [text, words] of faults) {
    const parsed = parseSkill(text, "lint");
    assert.equal(parsed.ok, false, text.slice(0, 80));
    assert.match(parsed.ok ? "" : parsed.message, words, text.slice(0, 80));
  }
});

test("C2 broken, gigantic and cyclic skills are left out and named, and the others are there", async (t) => {
  const root = aShelf(t, {
    "good/SKILL.md": skill("good"),
    "big/SKILL.md": skill("big", "Big.", "x".repeat(512 * 1024)),
    "binary/SKILL.md": new Uint8Array([45, 45, 45, 0, 1]),
    "empty/readme.md": "",
    ".hidden/SKILL.md": skill("hidden"),
  });
  symlinkSync("cycle-b", path.join(root, "cycle-a"));
  symlinkSync("cycle-a", path.join(root, "cycle-b"));
  symlinkSync("/etc", path.join(root, "outside"));
  const { skills, faults } = await listDeploymentSkills(root);
  assert.deepEqual(
    skills.map(({ name }) => name),
    ["good"],
  );
  assert.deepEqual(
    faults.map((fault) => fault.path),
    ["big", "binary", "cycle-a", "cycle-b", "empty", "outside"],
  );
  assert.deepEqual(await listDeploymentSkills(undefined), { skills: [], faults: [], is_whole: true });
});

test("C2 what a prompt lists of skills is bounded, and what is left out is named", async (t) => {
  const many = Object.fromEntries(
    Array.from({ length: 70 }, (_, i) => {
      const name = `skill-${String(i).padStart(2, "0")}`;
      return [`${name}/SKILL.md`, skill(name, "d".repeat(500))];
    }),
  );
  const { skills, faults } = await listDeploymentSkills(aShelf(t, many));
  assert.equal(skills.length, 31);
  assert.ok(faults.length === 20 && faults.every(({ message }) => /too many|first 64/.test(message)));
});

test("C2 no path and no link leads out of a skill's folder, and what is no text is refused", async (t) => {
  const root = aShelf(t, {
    "good/SKILL.md": skill("good"),
    "good/scripts/run.sh": "echo hi",
    "good/large.txt": "x".repeat(512 * 1024 + 1),
    "good/image.png": new Uint8Array([137, 80, 78, 71, 0, 0]),
    "good2/SKILL.md": skill("good2"),
  });
  symlinkSync("../good2/SKILL.md", path.join(root, "good", "sibling.md"));
  symlinkSync("/etc/hostname", path.join(root, "good", "host.md"));
  const context = contextOf(root);
  const read = (asked: string) => readSkillFile.run({ name: "good", path: asked }, context);
  assert.equal((await read("scripts/run.sh")).result["content"], "echo hi");
  for (const asked of [
    "../good2/SKILL.md",
    "scripts/../../good2/SKILL.md",
    "/etc/hostname",
    "sibling.md",
    "host.md",
  ]) {
    await assert.rejects(read(asked), /not in the skill's folder|outside|leads out/i, asked);
  }
  await assert.rejects(read("large.txt"), /larger than 512 KiB/);
  await assert.rejects(read("image.png"), /no text/);
  await assert.rejects(read("missing.md"), /missing\.md/);
  await assert.rejects(read("scripts"), /no file/);
  assert.equal(readSkillFile.parse({ name: "../good", path: "x" }).ok, false);
});

test("C2 a long skill is read piece by piece, each whole, and the files beside it are named", async (t) => {
  const body = "🙂é".repeat(20_000);
  const root = aShelf(t, { "long/SKILL.md": skill("long", "Long.", body), "long/a/b.md": "b" });
  const context = contextOf(root);
  let text = "";
  let offset: number | undefined = 0;
  for (let reads = 0; offset !== undefined && reads < 10; reads++) {
    const { result } = await readSkill.run({ name: "long", offset }, context);
    text += result["content"] as string;
    if (reads === 0) assert.deepEqual(result["files"], ["a/b.md"]);
    offset = result["next_offset"] as number | undefined;
  }
  assert.equal(text, body);
  await assert.rejects(readSkill.run({ name: "other" }, context), /There is no workspace/);
});

test("C3 the files that a chat's context is read from are known by their paths", () => {
  for (const name of ["AGENTS.md", "CLAUDE.md", ".everturn/AGENTS.md", ".claude/skills/a/SKILL.md"])
    assert.equal(isContextPath(name), true, name);
  for (const name of ["src/AGENTS.md", "agents.md", ".claude/skills/a/notes.md", ".agents/skills/SKILL.md"])
    assert.equal(isContextPath(name), false, name);
});
