import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { findOrFetchSandbox } from "./sandbox-binary.ts";

const bwrap = "#!/bin/sh\necho bubblewrap 0\n";

/** Programs on a PATH of their own, and a cache. */
function aSystem(t: TestContext, programs: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "everturn-bwrap-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(bin, name), text, { mode: 0o755 });
  const cache = join(folder, "cache", "everturn");
  return { bin, cache, env: { PATH: bin, TMPDIR: folder, XDG_CACHE_HOME: join(folder, "cache") } };
}

test("W10 bubblewrap of the system comes before any other", async (t) => {
  const { bin, cache, env } = aSystem(t, { bwrap });
  assert.equal(await findOrFetchSandbox(env), join(bin, "bwrap"));
  assert.equal(existsSync(cache), false);
});

test("W10 without one it is fetched as a package, taken out of it, and kept; nothing is installed", async (t) => {
  const { cache, env } = aSystem(t, {
    "apt-get": '#!/bin/sh\n[ "$*" = "download bubblewrap" ] && echo package > bubblewrap_0_amd64.deb\n',
    // `-x <package> <folder>`
    dpkg: `#!/bin/sh\n/bin/mkdir -p "$3/usr/bin" && printf '${bwrap.replaceAll("\n", "\\n")}' > "$3/usr/bin/bwrap" && /bin/chmod 755 "$3/usr/bin/bwrap"\n`,
  });
  assert.equal(await findOrFetchSandbox(env), join(cache, "bwrap"));
  assert.deepEqual(readdirSync(cache), ["bwrap"]);
  // The next start needs no package any more.
  assert.equal(await findOrFetchSandbox({ ...env, PATH: "/nowhere" }), join(cache, "bwrap"));
});

test("W10 where it cannot be had, or does not start, there is none, and nothing is thrown", async (t) => {
  const broken = "#!/bin/sh\nexit 1\n";
  const none = aSystem(t, {});
  assert.equal(await findOrFetchSandbox(none.env), null);
  const offline = aSystem(t, { bwrap: broken, "apt-get": broken, dpkg: broken });
  mkdirSync(offline.cache, { recursive: true });
  writeFileSync(join(offline.cache, "bwrap"), broken, { mode: 0o755 });
  assert.equal(await findOrFetchSandbox(offline.env), null);
});
