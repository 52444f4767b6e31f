// The demo model as a process.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("the process says where it listens and ends on SIGTERM, or when its parent lets go", async (t) => {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  for (const end of ["SIGTERM", "disconnect"]) {
    const child = spawn(process.execPath, [main], {
      stdio: ["ignore", "pipe", "inherit", "ipc"],
      env: { ...process.env, PORT: "0" },
    });
    t.after(() => child.kill("SIGKILL"));
    assert.ok(child.stdout);
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const { listening } = JSON.parse(line.toString()) as { listening: number };
    assert.equal((await fetch(`http://127.0.0.1:${listening}/v1/models`)).status, 200);
    const exit = once(child, "exit");
    if (end === "SIGTERM") child.kill("SIGTERM");
    else child.disconnect();
    assert.deepEqual(await exit, [0, null]);
  }
});
