// The pages of profiles, projects, skills and settings, in a browser; and all pages on a narrow screen.
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type ConsoleWorld, startConsoleWorld } from "../../support/console/console-world.ts";
import { isDark, overflowOf } from "../../support/console/measure-page.ts";

let world: ConsoleWorld;
const projects = mkdtempSync(join(tmpdir(), "everturn-projects-"));

before(async () => {
  world = await startConsoleWorld({ workers: 0, env: { EVERTURN_PROJECT_ROOTS: projects } });
});

after(() => world.stop());

test("C10 a profile is made with approvals, and a change makes its next version", async (t) => {
  const page = await world.open(t, "/profiles");
  await page.getByRole("button", { name: "New profile" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Reviewer");
  await page.getByLabel("System prompt").fill("You review code.");
  await page.getByRole("button", { name: "Add a tool" }).click();
  await page.getByLabel("Tool or pattern 1").fill("execute");
  await page.getByLabel("What happens to execute").selectOption("deny");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("version 1").waitFor();
  await page.getByRole("button", { name: "Edit Reviewer" }).click();
  await page.getByLabel("System prompt").fill("You review code kindly.");
  await page.getByRole("button", { name: "Save as the next version" }).click();
  await page.getByText("version 2").waitFor();
  const { items } = await world.everturn.call<{ items: Record<string, unknown>[] }>("GET", "/v1/profiles");
  assert.deepEqual(items[0]?.["approval_policy"], { execute: "deny" });
});

test("C13 a project is made of a folder that is allowed, and another folder is refused at its field", async (t) => {
  const page = await world.open(t, "/projects", { refusals: [400] });
  await page.getByRole("button", { name: "New project" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Shop");
  await page.getByLabel("Folder").fill("/etc");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator('input[aria-invalid="true"]').waitFor();
  await page.getByLabel("Folder").fill(mkdtempSync(join(projects, "shop-")));
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Rename Shop" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Old shop");
  await page.getByRole("button", { name: "Rename", exact: true }).click();
  await page.getByRole("button", { name: "Delete Old shop" }).waitFor();
});

test("U3 a person's own settings and the deployment's are kept, each by its own button", async (t) => {
  const page = await world.open(t, "/settings");
  await page.getByLabel("Prompt", { exact: true }).fill("Be brief.");
  await page.getByText("When chats are compacted").click();
  await page.getByLabel("Demo model (openai)").fill("ten");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Write a whole number of percent.").waitFor();
  await page.getByLabel("Demo model (openai)").fill("70");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").waitFor();
  await page.getByLabel("System prompt").fill("You work for us.");
  await page.getByRole("button", { name: "Save for everybody" }).click();
  await page.getByText("Saved.").nth(1).waitFor();
  await page.reload();
  await page.getByText("This browser").waitFor();
  assert.equal(await page.getByLabel("Prompt", { exact: true }).inputValue(), "Be brief.");
  assert.equal(await page.getByLabel("System prompt").inputValue(), "You work for us.");
  const { compaction_thresholds } = await world.everturn.call<{ compaction_thresholds: object }>(
    "GET",
    "/v1/me/settings",
  );
  assert.deepEqual(Object.values(compaction_thresholds), [70]);
});

const HEADINGS = {
  "/workspaces": "Workspaces",
  "/models": "Models",
  "/mcp": "MCP servers",
  "/profiles": "Profiles",
  "/projects": "Projects",
  "/skills": "Skills and tools",
  "/usage": "Usage",
  "/health": "Health",
  "/users": "Users",
  "/keys": "API keys",
  "/audit": "Audit log",
  "/settings": "Settings",
} as const;

test("U3 every page fits a screen of 320 px, in the dark, too", async (t) => {
  const page = await world.open(t, "/workspaces", { width: 320, height: 640, theme: "dark" });
  for (const [path, name] of Object.entries(HEADINGS)) {
    await page.goto(world.everturn.url + path);
    await page.getByRole("heading", { name, exact: true, level: 1 }).waitFor();
    assert.equal(await isDark(page), true, path);
    assert.ok((await overflowOf(page)) <= 0, `${path} is wider than the screen`);
    const inner = await page.locator("main").evaluate((it) => {
      const main = it as unknown as { readonly scrollWidth: number; readonly clientWidth: number };
      return main.scrollWidth - main.clientWidth;
    });
    assert.ok(inner <= 0, `${path} is ${inner} px wider than the screen`);
  }
});
