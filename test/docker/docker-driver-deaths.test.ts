// A worker may die at any call to the engine: after it, or in the middle of what it sends. What a death before a call leaves
// is left by a death after the call before it as well. Whoever comes next repeats the step and gets the same workspace.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { WorkspaceDriver } from "../../workspaces/driver.ts";
import {
  agentAt,
  aStep,
  type DockerWorld,
  dockerWorld,
  forgetEverything,
  inventoryOf,
  patience,
  runInside,
  workspaceId,
} from "../support/engine/docker-world.ts";
import type { StubFault } from "../support/engine/engine-stub.ts";

const name = `everturn-${workspaceId}`;
const deaths: readonly StubFault[] = [{ type: "cut-after" }, { type: "cut-within" }];

interface Attempt {
  readonly act: (docker: WorkspaceDriver) => Promise<unknown>;
  /** Looks at what a death at that call left, and makes everything as it was before. */
  readonly check: (at: number) => Promise<void>;
}

/** An attempt that ends before a call leaves what a death after the call before it leaves, so the next one is not tried each time. */
const isRepeated = (at: number) => at % 4 === 3;

/** Lets a worker die at each call in turn until the step needs no further call; gives the number of calls. */
async function dieAtEachCall(
  { stub, driver }: DockerWorld,
  fault: StubFault,
  { act, check }: Attempt,
): Promise<number> {
  for (let at = 0; ; at += 1) {
    let struck = false;
    stub.setFault((_, index) => {
      if (index !== at) return null;
      struck = true;
      return fault;
    });
    await act(driver()).catch((error: unknown) => assert.ok(error instanceof Error));
    stub.setFault(null);
    if (!struck) return at;
    await check(at);
  }
}

for (const fault of deaths) {
  test(`provisioning ${fault.type} at any call, then repeated, gives the same workspace`, async (t) => {
    const world = await dockerWorld(t);
    const { stub, plan, driver } = world;
    await driver().provision(workspaceId, plan, aStep());
    const whole = inventoryOf(stub);
    await driver().destroy(workspaceId);
    await forgetEverything(stub);

    const calls = await dieAtEachCall(world, fault, {
      act: (docker) => docker.provision(workspaceId, plan, aStep()),
      async check(at) {
        await driver().provision(workspaceId, plan, aStep());
        assert.deepEqual(inventoryOf(stub), whole, `after a death at call ${at}`);
        const [agentVolume = ""] = [...stub.world.volumes.keys()].filter((each) => /-agent-/.test(each));
        for (const [volume, path] of [
          [name, "README.md"],
          [name, "src/run.sh"],
          [agentVolume, "node"],
          [agentVolume, "agent.mjs"],
        ] as const)
          assert.ok(existsSync(join(stub.world.volume(volume).folder, path)), `${path} after call ${at}`);
        await driver().destroy(workspaceId);
        assert.deepEqual(await driver().list(), []);
        await forgetEverything(stub);
      },
    });
    assert.ok(calls >= 15, `provisioning took ${calls} calls`);
  });
}

test("connecting cut-after at any call, then repeated, gives one agent", async (t) => {
  const fault: StubFault = { type: "cut-after" };
  const world = await dockerWorld(t);
  const { stub, plan, driver } = world;
  await driver().provision(workspaceId, plan, aStep());
  let checks = 0;
  await dieAtEachCall(world, fault, {
    act: (docker) => docker.connect(workspaceId, plan, patience()),
    async check(at) {
      // Whoever dies attached takes the container's input along: its agent ends without a token, and the next attempt starts it.
      const again = () => driver().connect(workspaceId, plan, patience());
      const agent = agentAt(t, await again().catch(again));
      assert.equal(await runInside(agent, `call-${at}`, "cat README.md"), "# Tools\n");
      const running = [...stub.world.containers.values()].filter(({ process }) => process?.running === true);
      assert.equal(running.length, 1);
      assert.equal(stub.world.containers.size, 1);
      await driver().stop(workspaceId);
      checks += 1;
    },
  });
  assert.ok(checks >= 5);
});

test("stopping and destroying cut-after at any call, then repeated, leaves nothing", async (t) => {
  const world = await dockerWorld(t);
  const { stub, plan, driver } = world;
  for (const step of ["stop", "destroy"] as const) {
    await driver().provision(workspaceId, plan, aStep());
    await driver().connect(workspaceId, plan, patience());
    const calls = await dieAtEachCall(
      world,
      { type: "cut-after" },
      {
        act: (docker) => docker[step](workspaceId),
        async check() {
          await driver()[step](workspaceId);
          assert.equal(stub.world.containers.size, 0);
          assert.deepEqual(await driver().list(), step === "stop" ? [workspaceId] : []);
          await driver().provision(workspaceId, plan, aStep());
          await driver().connect(workspaceId, plan, patience());
        },
      },
    );
    assert.ok(calls >= 3);
  }
});

test("an abort at any call of provisioning ends it with its reason, and the next attempt succeeds", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  for (let at = 0; ; at += 1) {
    const abort = new AbortController();
    const reason = new Error("the turn was interrupted");
    stub.setFault((_, index) => {
      if (index === at) abort.abort(reason);
      return index === at ? { type: "silence" } : null;
    });
    const outcome = await driver()
      .provision(workspaceId, plan, aStep(abort.signal))
      .catch((error: unknown) => error);
    if (!abort.signal.aborted) {
      assert.ok(at >= 15, "every call was reached");
      return;
    }
    assert.equal(outcome, reason, `aborted at call ${at}`);
    stub.setFault(null);
    if (isRepeated(at)) await driver().provision(workspaceId, plan, aStep());
    await driver().destroy(workspaceId);
    await forgetEverything(stub);
  }
});

test("an engine that refuses a call, whichever it is, is quoted, and the next attempt succeeds", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  for (let at = 0; ; at += 1) {
    let struck = "";
    stub.setFault((call, index) => {
      if (index !== at) return null;
      struck = `${call.method} ${call.path}`;
      // HEAD has no body to say it in.
      return { type: "refuse", status: 500, message: "the disk of the engine is full" };
    });
    const outcome = await driver()
      .provision(workspaceId, plan, aStep())
      .then(
        () => "done",
        (error: unknown) => String(error),
      );
    stub.setFault(null);
    if (struck === "") {
      assert.ok(at >= 15, "every call was reached");
      return;
    }
    if (!struck.startsWith("HEAD")) assert.match(outcome, /the disk of the engine is full/, struck);
    if (isRepeated(at)) await driver().provision(workspaceId, plan, aStep());
    await driver().destroy(workspaceId);
    await forgetEverything(stub);
  }
});

test("two workers that provision one workspace at once, and again, end up with one of everything", async (t) => {
  const { stub, plan, driver } = await dockerWorld(t);
  await driver().provision(workspaceId, plan, aStep());
  const whole = inventoryOf(stub);
  await driver().destroy(workspaceId);
  await Promise.allSettled([1, 2, 3].map(() => driver().provision(workspaceId, plan, aStep())));
  await driver().provision(workspaceId, plan, aStep());
  assert.deepEqual(inventoryOf(stub), whole);
});
