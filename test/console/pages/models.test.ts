// The pages of models and MCP servers, in a browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startOAuthServer } from "../../model/mcp/servers/oauth-server.ts";
import { startEverything } from "../../model/mcp/servers/programs.ts";
import { type ConsoleWorld, startConsoleWorld } from "../../support/console/console-world.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld({
    workers: 0,
    env: { EVERTURN_ALLOW_PRIVATE_MCP: "1", EVERTURN_ALLOW_PRIVATE_PROVIDERS: "1" },
  });
});

after(() => world.stop());

test("U3 a provider is added, its key is never shown again, and its test says in words what came of it", async (t) => {
  const page = await world.open(t, "/models");
  await page.getByRole("button", { name: "Add a provider" }).click();
  await page.getByLabel("Name", { exact: true }).fill("my server");
  await page.getByLabel("Kind").selectOption("openai-compatible");
  await page.getByLabel("Base URL").fill(`${world.everturn.model.url}/v1`);
  await page.getByLabel("API key", { exact: true }).fill("sk-very-secret");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Edit my server" }).click();
  assert.equal(await page.getByLabel("API key", { exact: true }).inputValue(), "");
  await page.getByText("A key is stored. It is never shown; type one to replace it.").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();

  await page.getByRole("button", { name: "Add a model" }).click();
  await page.getByLabel("Name", { exact: true }).fill("My model");
  await page.getByLabel("Provider", { exact: true }).selectOption("my server");
  await page.getByLabel("Model", { exact: true }).fill("demo");
  await page.getByLabel("Price of input").fill("0.5");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("my server/demo · input 0.5 per million tokens").waitFor();
  await page.getByRole("button", { name: "Test my server" }).click();
  await page.getByText(/demo answered/).waitFor();
  await page.getByRole("button", { name: "Make default: My model" }).click();
  await page.getByRole("button", { name: "Make default: My model" }).waitFor({ state: "detached" });
  const { default_model } = await world.everturn.call<{ default_model: { name: string } }>("GET", "/v1/me");
  assert.equal(default_model.name, "My model");
});

test("U3 what the server refuses stands at its field, which gets the focus", async (t) => {
  const page = await world.open(t, "/models", { refusals: [400] });
  await page.getByRole("button", { name: "Add a model" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Dear");
  await page.getByLabel("Model", { exact: true }).fill("demo");
  await page.getByLabel("Price of output").fill("much");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator('[aria-invalid="true"]:focus').waitFor();
  const price = page.getByLabel("Price of output");
  assert.equal(await price.getAttribute("aria-invalid"), "true");
  await price.fill("2");
  assert.equal(await price.getAttribute("aria-invalid"), null);
});

test("U3 an MCP server is added, its tools are shown with what they do, and one of them is kept away", async (t) => {
  const server = await startEverything();
  t.after(() => server.stop());
  const page = await world.open(t, "/mcp");
  await page.getByText("There are no MCP servers yet").waitFor();
  await page.getByRole("button", { name: "Add a server" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Everything");
  await page.getByLabel("Short name").fill("every");
  await page.getByLabel("Address").fill(server.url);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Tools of Everything" }).click();
  await page.getByRole("button", { name: "Deny echo", exact: true }).click();
  await page.getByRole("button", { name: "Allow echo", exact: true }).waitFor();
  const { items } = await world.everturn.call<{ items: { deny: string[] }[] }>("GET", "/v1/mcp-servers");
  assert.deepEqual(items[0]?.deny, ["echo"]);
});

test("C4 a program is added as an MCP server of one's own: the list names it, and its test says where it runs", async (t) => {
  const page = await world.open(t, "/mcp", { refusals: [400, 409] });
  await page.getByRole("button", { name: "Add a server" }).click();
  await page.getByLabel("Name", { exact: true }).fill("My program");
  await page.getByLabel("Short name").fill("mine");
  await page.getByLabel("How it is reached").selectOption("stdio");
  await page.getByLabel("Program").fill("node");
  await page.getByLabel("Arguments").fill("server.mjs");
  await page.getByRole("button", { name: "Save" }).click();
  const row = page.getByRole("listitem").filter({ hasText: "My program" });
  await row.getByText("mine__… · node server.mjs · your own").waitFor();
  await row.getByRole("button", { name: "Tools of My program" }).click();
  await row.getByText(/workspace/).waitFor();
});

test("U3 an MCP server that is not there is told in words", async (t) => {
  await world.everturn.call("POST", "/v1/mcp-servers", {
    slug: "gone",
    name: "Gone",
    transport: { type: "http", url: "http://127.0.0.1:9/mcp" },
  });
  const page = await world.open(t, "/mcp");
  await page.getByRole("button", { name: "Tools of Gone" }).click();
  await page.getByRole("button", { name: "Test again" }).waitFor();
  const words = await page.getByRole("listitem").filter({ hasText: "Gone" }).getByRole("status").innerText();
  assert.match(words, /\w{3,}/);
  await page.getByRole("button", { name: "Delete Gone" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete the server" }).click();
  await page.getByRole("button", { name: "Delete Gone" }).waitFor({ state: "detached" });
});

test("C4 a person signs in at an MCP server in another tab, and this one notices when they come back", async (t) => {
  const server = await startOAuthServer();
  t.after(() => server.stop());
  await world.everturn.call("POST", "/v1/mcp-servers", {
    slug: "guarded",
    name: "Guarded",
    transport: { type: "http", url: server.url },
    auth: "oauth",
  });
  const page = await world.open(t, "/mcp");
  await page.getByText("You are not signed in there").waitFor();
  const opened = page.context().waitForEvent("page");
  await page.getByRole("button", { name: "Sign in at Guarded" }).click();
  const other = await opened;
  await other.getByText("You are signed in at the MCP server Guarded.").waitFor();
  await other.close();
  await page.evaluate("window.dispatchEvent(new Event('focus'))");
  await page.getByText("Enabled, signed in").waitFor();
});
