// The page of workspaces, in a browser: from the form to the files, the changes and the end.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { type ConsoleWorld, startConsoleWorld } from "../../support/console/console-world.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

interface Made {
  readonly id: string;
}

async function runningWorkspace(name: string): Promise<string> {
  const { id } = await world.everturn.call<Made>("POST", "/v1/workspaces", { template: "node", name });
  await untilReady(id);
  return id;
}

/** Builds take as long as the machine needs. */
async function untilReady(id: string): Promise<void> {
  for (;;) {
    const { status, agent_status } = await world.everturn.call<Record<string, string>>(
      "GET",
      `/v1/workspaces/${id}`,
    );
    if (status === "running" && agent_status === "ready") return;
    assert.ok(status === "building" || status === "running", status);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function write(id: string, path: string, bytes: string): Promise<void> {
  const { url, key } = world.everturn;
  const response = await fetch(`${url}/v1/workspaces/${id}/files?path=${encodeURIComponent(path)}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/octet-stream" },
    body: bytes,
  });
  assert.equal(response.status, 200, await response.text());
}

const isRunning = (page: Page) => page.getByText("Running", { exact: true }).waitFor();

test("U3 a person makes a workspace from a template, follows its build, and opens a file of it", async (t) => {
  const page = await world.open(t, "/workspaces");
  await page.getByText("You have no workspaces yet").waitFor();
  await page.getByRole("button", { name: "New workspace" }).click();
  await page.getByLabel("Template").selectOption("node");
  await page.getByLabel("Name", { exact: true }).fill("shop");
  await page.getByLabel("package_name").fill("shop-app");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name: "shop" }).waitFor();
  await untilReady(new URL(page.url()).pathname.split("/")[2] ?? "");
  await isRunning(page);
  await page.getByRole("button", { name: /^package\.json/ }).click();
  const text = page.getByRole("region", { name: "Text of the file" });
  await text.getByText('"name": "shop-app"').waitFor();
  await page.getByRole("button", { name: "Show the log" }).click();
  await page.getByText("The build succeeded").waitFor();
});

test("U4 files that are no text, too large or hostile by name are told in words", async (t) => {
  const id = await runningWorkspace("odd");
  await write(id, "data.bin", "a\0b");
  await write(id, "evil\u202egnp.exe", "x");
  await write(
    id,
    "logo.svg",
    '<svg xmlns="http://www.w3.org/2000/svg"><script>window.hacked = 1</script></svg>',
  );
  await write(id, "big.txt", "x".repeat(1024 * 1024 + 1));
  const page = await world.open(t, `/workspaces/${id}`);
  await page.getByRole("button", { name: /^data\.bin/ }).click();
  await page.getByText("This file is not text in UTF-8.").waitFor();
  await page.getByRole("button", { name: /^big\.txt/ }).click();
  await page.getByText("It is larger than 1 MiB").waitFor();
  await page.getByRole("button", { name: /evil⟨U\+202E⟩gnp\.exe/ }).waitFor();
  await page.getByRole("button", { name: /^logo\.svg/ }).click();
  await page.getByRole("region", { name: "Text of the file" }).getByText("window.hacked").waitFor();
  assert.equal(await page.evaluate("window.hacked"), undefined);
  assert.equal(await page.getByRole("link", { name: "Download" }).getAttribute("download"), "logo.svg");
});

test("U3 a workspace is stopped and deleted, each after a question, and a stopped one says how its files come back", async (t) => {
  const id = await runningWorkspace("short");
  const page = await world.open(t, `/workspaces/${id}`);
  await isRunning(page);
  await page.getByRole("button", { name: "Stop short" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await isRunning(page);
  await page.getByRole("button", { name: "Stop short" }).click();
  await dialog.getByRole("button", { name: "Stop the workspace" }).click();
  await page.getByText("Files are read while the workspace runs. Start it to see them.").waitFor();
  await page.getByRole("button", { name: "Start short" }).click();
  await isRunning(page);
  await page.getByRole("button", { name: "Delete short" }).click();
  await dialog.getByRole("button", { name: "Delete the workspace" }).click();
  await page.getByRole("heading", { name: "Workspaces" }).waitFor();
  await page.getByRole("link", { name: "short", exact: true }).waitFor({ state: "detached" });
});
