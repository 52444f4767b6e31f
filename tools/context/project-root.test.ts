import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { aProject } from "../files/files-fixture.ts";
import { resolveProjectPath } from "./project-root.ts";

const notAllowed = { ok: false, reason: "does not lie below an allowed folder" };

test("W8 a folder that is or lies below an allowed root becomes a project, links resolved", async (t) => {
  const { root } = aProject(t, { "app/src/a.ts": "" });
  symlinkSync("app", path.join(root, "link"));
  assert.deepEqual(await resolveProjectPath(root, [root]), { ok: true, path: root });
  assert.deepEqual(await resolveProjectPath(`${root}/app/`, ["/nowhere", root]), {
    ok: true,
    path: `${root}/app`,
  });
  assert.deepEqual(await resolveProjectPath(`${root}/link/src`, [root]), {
    ok: true,
    path: `${root}/app/src`,
  });
  assert.deepEqual(await resolveProjectPath(`${root}/link/src`, [`${root}/link`]), {
    ok: true,
    path: `${root}/app/src`,
  });
  assert.deepEqual(await resolveProjectPath(`${root}/app`, [`${root}/link`]), {
    ok: true,
    path: `${root}/app`,
  });
});

test("W8 a folder elsewhere is refused in the same words whether it exists or not", async (t) => {
  const { root, outside } = aProject(t, { "app/a.ts": "" });
  symlinkSync(outside, path.join(root, "out"));
  for (const asked of [
    "/",
    "/etc",
    "/missing",
    outside,
    `${root}/../project-neighbour`,
    `${root}/out`,
    `${root}/out/folder`,
  ]) {
    assert.deepEqual(await resolveProjectPath(asked, [root]), notAllowed, asked);
  }
  assert.deepEqual(await resolveProjectPath(`${root}/app`, []), notAllowed);
  assert.deepEqual(await resolveProjectPath(`${root}/app`, [`${root}/missing`]), notAllowed);
});

test("W8 what is no absolute path, no folder or not there is refused with its reason", async (t) => {
  const { root } = aProject(t, { "a.txt": "" });
  const reasonFor = async (asked: string): Promise<unknown> => {
    const resolved = await resolveProjectPath(asked, [root]);
    return resolved.ok ? null : resolved.reason;
  };
  for (const asked of ["", ".", "app", "~", `${root}\0`, `/${"x".repeat(5_000)}`]) {
    assert.equal(await reasonFor(asked), "must be an absolute path", JSON.stringify(asked.slice(0, 20)));
  }
  assert.equal(await reasonFor(`${root}/a.txt`), "is not a folder");
  assert.equal(await reasonFor(`${root}/missing`), "does not exist");
});
