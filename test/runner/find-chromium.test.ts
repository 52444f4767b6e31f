// Tests of how the run finds its browser, on systems that are made of a few small programs.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { findOrInstallChromium } from "../support/console/find-chromium.ts";

const BROWSER = '#!/bin/sh\necho "Chromium 150.0"\n';
/** As some systems have it: the name is there, and the browser is not. */
const SIGNPOST = '#!/bin/sh\necho "Install the snap" >&2\nexit 10\n';

/** A folder with these programs alone, beside the shell. */
function aSystem(t: TestContext, programs: Readonly<Record<string, string>>): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "everturn-system-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }
  return { PATH: folder, FOLDER: folder };
}

const isRoot = process.getuid?.() === 0;
const find = async (env: NodeJS.ProcessEnv) => {
  const notes: string[] = [];
  const path = await findOrInstallChromium(env, (words) => notes.push(words));
  return { path, notes };
};

test("a browser that starts is taken, and one that only has the name is passed over", async (t) => {
  const env = aSystem(t, { chromium: SIGNPOST, "google-chrome": BROWSER });
  assert.deepEqual(await find(env), { path: join(env["FOLDER"] ?? "", "google-chrome"), notes: [] });
});

test("the one without windows is preferred", async (t) => {
  const env = aSystem(t, { chromium: BROWSER, "chromium-headless-shell": BROWSER });
  assert.match((await find(env)).path, /chromium-headless-shell$/);
});

test("a browser that is named and does not start is told, not replaced", async (t) => {
  const env = aSystem(t, { chromium: BROWSER, mine: SIGNPOST });
  const named = join(env["FOLDER"] ?? "", "mine");
  await assert.rejects(
    find({ ...env, CHROMIUM_PATH: named }),
    /names .*mine, which is no browser that starts/,
  );
});

test("where there is none and none can be installed, the run says in a line what to do", async (t) => {
  await assert.rejects(find(aSystem(t, {})), /^Error: The tests of the console need a browser\. [^\n]+$/);
});

test("where it is missing, it is installed as root; what apt-get has against that is told", async (t) => {
  const env = aSystem(t, {});
  const folder = env["FOLDER"] ?? "";
  // `update` fails, and the lists that are there do; they are older than the browser without windows.
  const apt = `#!/bin/sh\ncase "$*" in update*|*shell) exit 100;; esac\nprintf '%s' '${BROWSER}' > ${folder}/chromium && /bin/chmod +x ${folder}/chromium\n`;
  writeFileSync(join(folder, "apt-get"), apt);
  writeFileSync(join(folder, "sh"), '#!/bin/sh\nexec /bin/sh "$@"\n');
  for (const name of ["apt-get", "sh"]) chmodSync(join(folder, name), 0o755);
  if (isRoot) {
    assert.deepEqual(await find(env), { path: join(folder, "chromium"), notes: ["installing chromium"] });
    const broken = aSystem(t, {
      sh: '#!/bin/sh\nexec /bin/sh "$@"\n',
      "apt-get": "#!/bin/sh\necho 'E: Unable to locate package chromium' >&2\nexit 100\n",
    });
    await assert.rejects(find(broken), /Installing it failed: E: Unable to locate package chromium$/);
  } else await assert.rejects(find(env), /need a browser/);
});
