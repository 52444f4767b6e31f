import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { canEnter, unprivilegedUser } from "./unprivileged-user.ts";

const root = mkdtempSync(join(tmpdir(), "everturn-user-"));
after(() => rmSync(root, { recursive: true, force: true }));

const PASSWD = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n";

test("only root runs Postgres as somebody else: postgres if there is one, else nobody", () => {
  assert.equal(
    unprivilegedUser(1000, () => PASSWD),
    undefined,
  );
  assert.equal(unprivilegedUser(0, () => PASSWD)?.uid, 65_534);
  assert.equal(unprivilegedUser(0, () => `${PASSWD}postgres:x:101:104::/:/bin/sh\n`)?.name, "postgres");
});

test("root on a machine without such users is told so", () => {
  assert.throws(() => unprivilegedUser(0, () => "root:x:0:0::/root:/bin/sh"), /no user postgres or nobody/);
});

test("a folder below a closed one cannot be entered by others", () => {
  const stranger = { name: "stranger", uid: 4_242, gid: 4_242 };
  const inner = join(root, "home", "project");
  mkdirSync(inner, { recursive: true });
  for (const [mode, expected] of [
    [0o700, false],
    [0o755, true],
  ] as const) {
    chmodSync(root, 0o755);
    chmodSync(join(root, "home"), mode);
    assert.equal(canEnter(inner, stranger), expected);
    assert.equal(canEnter(join(inner, "not", "there", "yet"), stranger), expected);
  }
});
