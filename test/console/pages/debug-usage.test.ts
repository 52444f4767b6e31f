// The pages of model calls, usage and health, in a browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ConsoleWorld, startConsoleWorld } from "../../support/console/console-world.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

test("B4 a chat's model calls are recorded from the page on, and shown over time with request and response", async (t) => {
  const { everturn } = world;
  const { id } = await everturn.call<{ id: string }>("POST", "/v1/chats", { title: "Looked into" });
  const page = await world.open(t, `/debug/${id}`);
  await page.getByRole("heading", { name: "Model calls of Looked into" }).waitFor();
  await page.getByRole("button", { name: "Record this chat from now on" }).click();
  await page.getByText("Recording is on for this chat.").waitFor();

  await everturn.call("POST", `/v1/chats/${id}/messages`, { content: "Say something about herons." });
  await everturn.reader(id).untilIdle();
  await page.reload();
  await page.getByRole("button", { name: /^1\. stream .*, Completed/ }).waitFor();
  await page.getByRole("button", { name: /^POST 200 .*, Completed/ }).click();
  const search = page.getByRole("searchbox", { name: "Search the request body" });
  await search.fill("herons");
  await page.locator("mark", { hasText: "herons" }).first().waitFor();
  await search.fill("nothing like this");
  await page.getByText("Nothing holds these words.").waitFor();
  await page.getByRole("tab", { name: "Request headers" }).click();
  await page.getByText("[redacted]").waitFor();
  assert.equal(await page.getByText(everturn.key).count(), 0);
});

test("B4 a chat that is somebody else's, or none, is told in words with a way to try again", async (t) => {
  const page = await world.open(t, "/debug/0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a", { refusals: [404] });
  await page.getByRole("alert").first().waitFor();
  await page.getByRole("button", { name: "Retry" }).first().waitFor();
});

test("B3 usage is shown by day as a plot and as a table, by model, user and chat; unpriced calls are said", async (t) => {
  const { everturn } = world;
  const { id } = await everturn.createChat("What is a kestrel?", { title: "Kestrels" });
  await everturn.reader(id).untilIdle();
  const page = await world.open(t, "/usage");
  await page.locator("canvas").waitFor();
  const day = { day: "numeric", month: "short", timeZone: "UTC" } as const;
  const shown = new Intl.DateTimeFormat("en-GB", day).format(new Date());
  await page.locator(".u-legend").getByText(shown).waitFor();
  await page.getByText(/of these calls have no price/).waitFor();
  await page.getByText("The numbers as a table").click();
  const today = new Date().toISOString().slice(0, 10);
  await page.getByRole("region", { name: "Usage by day" }).getByText(today).waitFor();
  await page.getByRole("region", { name: "By model" }).getByText("openai/").waitFor();
  await page.getByRole("link", { name: "Kestrels", exact: true }).first().waitFor();
  await page.getByLabel("Period").selectOption("own");
  await page.getByText("Choose a first and a last day.").waitFor();
  await page.getByLabel("First day").fill("2020-01-01");
  await page.getByLabel("Last day").fill("2020-01-02");
  await page.getByText("Nothing was used in this period.").filter({ visible: true }).first().waitFor();
});

test("O1 the health page says that everything works, and which builds the workers run", async (t) => {
  const page = await world.open(t, "/health");
  await page.getByText("Everything works.").waitFor();
  await page.getByRole("list", { name: "Checks" }).getByText("Postgres", { exact: true }).waitFor();
  await page.getByText(/1 process runs it/).waitFor();
});
