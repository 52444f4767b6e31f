// The pages of users, keys and the audit log, in a browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ConsoleWorld, startConsoleWorld } from "../../support/console/console-world.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld({ workers: 0 });
});

after(() => world.stop());

test("A1 an admin invites a user with a first key, which is shown once; the user signs in with it and sees no admin pages", async (t) => {
  const page = await world.open(t, "/users");
  await page.getByRole("button", { name: "Invite a user" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Ada");
  await page.getByRole("button", { name: "Make the user" }).click();
  await page.getByText("Give this key to Ada.").waitFor();
  const key = await page.locator("code", { hasText: "evt_" }).innerText();
  await page.getByRole("button", { name: "I have copied it" }).click();
  assert.equal(await page.getByText(key).count(), 0);

  const own = await world.open(t, "/settings", { key });
  await own.getByText("You are Ada, a member.").waitFor();
  assert.equal(await own.getByText("This deployment").count(), 0);
  await own.goto(`${world.everturn.url}/models`);
  await own.getByText("The models that your chats can use. Admins change them.").waitFor();
  assert.equal(await own.getByRole("button", { name: "Add a model" }).count(), 0);
});

test("A1 where the first key cannot be made, the page says that the user is there, and only the key is tried again", async (t) => {
  const page = await world.open(t, "/users", { mayLoseServer: true });
  await page.route("**/v1/api-keys", (route) => route.abort("connectionreset"));
  await page.getByRole("button", { name: "Invite a user" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Edsger");
  await page.getByRole("button", { name: "Make the user" }).click();
  await page.getByRole("alert").getByText("Edsger is made, but has no key yet").waitFor();
  await page.unroute("**/v1/api-keys");
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.getByText("Give this key to Edsger.").waitFor();
  const { items } = await world.everturn.call<{ items: { name: string }[] }>("GET", "/v1/users");
  assert.equal(items.filter(({ name }) => name === "Edsger").length, 1);
});

test("A9 a user gets a limit, is suspended and deleted, and the chats go to somebody else", async (t) => {
  const { everturn } = world;
  const { id } = await everturn.call<{ id: string }>("POST", "/v1/users", { name: "Grace" });
  const page = await world.open(t, "/users");
  await page.getByRole("button", { name: "Limit of Grace" }).click();
  await page.getByLabel("Limit", { exact: true }).fill("2.50");
  await page.getByLabel("In each").selectOption("week");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByLabel("Limit", { exact: true }).waitFor({ state: "detached" });
  const limit = await everturn.call<{ limit_micros: number; period: string }>("GET", `/v1/users/${id}/limit`);
  assert.deepEqual([limit.limit_micros, limit.period], [2_500_000, "week"]);

  await page.getByRole("button", { name: "Suspend Grace" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Suspend the user" }).click();
  await page.getByText("Suspended", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Delete Grace" }).first().click();
  await page.getByLabel("Who gets them").selectOption("admin");
  await page.getByRole("button", { name: "Delete Grace" }).last().click();
  await page
    .getByRole("button", { name: "Suspend Grace" })
    .or(page.getByRole("button", { name: "Resume Grace" }))
    .waitFor({ state: "detached" });
  assert.equal((await everturn.answer("GET", `/v1/users/${id}`)).status, 404);
});

test("A1 a person makes a key, sees it once, and revokes it after a question", async (t) => {
  const page = await world.open(t, "/keys");
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByLabel("Name", { exact: true }).fill("laptop");
  await page.getByLabel("What it may do").selectOption("read");
  await page.getByRole("button", { name: "Make the key" }).click();
  const key = await page.locator("code", { hasText: "evt_" }).innerText();
  const me = () => fetch(`${world.everturn.url}/v1/me`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal((await me()).status, 200);
  await page.getByRole("button", { name: "I have copied it" }).click();
  await page.getByRole("button", { name: "Revoke laptop" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke the key" }).click();
  await page.getByRole("button", { name: "Revoke laptop" }).waitFor({ state: "detached" });
  assert.equal((await me()).status, 401);
});

test("A8 the audit log shows what admins have done, and only what fits the filter", async (t) => {
  await world.everturn.call("POST", "/v1/users", { name: "Linus" });
  const page = await world.open(t, "/audit");
  const entries = page.getByRole("list", { name: "Entries of the audit log" });
  await entries.getByText("user.create").first().waitFor();
  await page.getByLabel("Action").fill("nothing.like.this");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByText("Nothing fits").waitFor();
  await page.getByLabel("Action").fill("user.create");
  await page.getByRole("button", { name: "Filter" }).click();
  await entries.getByText("user.create").first().waitFor();
  assert.equal(await entries.getByText("api_key.create").count(), 0);
});
