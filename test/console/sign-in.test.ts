// The sign-in page of the console, in a browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ConsoleWorld, startConsoleWorld } from "../support/console/console-world.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld({ workers: 0 });
});

after(() => world.stop());

test("A7 whoever is not signed in signs in with a key and is where they wanted to go; a wrong key is told in a sentence", async (t) => {
  const page = await world.open(t, "/inbox", { key: null, refusals: [401] });
  const key = page.getByLabel("API key");
  await key.fill("evt_nobody_has_this_key");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("This key does not count: it is mistyped, expired or revoked.").waitFor();
  await key.fill(world.everturn.key);
  await key.press("Enter");
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/inbox");
});

test("A7 the link of `npm start` fills in the key, keeps it out of the address, and signs nobody in by itself", async (t) => {
  const page = await world.open(t, `/sign-in#${world.everturn.key}`, { key: null });
  const field = page.getByLabel("API key");
  await field.waitFor();
  assert.equal(await field.inputValue(), world.everturn.key);
  assert.equal(new URL(page.url()).hash, "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: /account menu/ }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/");
});

test("A7 a link that was cut in the middle of a sign leads to the sign-in page without a key", async (t) => {
  const page = await world.open(t, "/sign-in#ek_abc%E0%A4", { key: null });
  const field = page.getByLabel("API key");
  await field.waitFor();
  assert.equal(await field.inputValue(), "");
  assert.equal(new URL(page.url()).hash, "");
});

test("A7 a link to the sign-in page may name the page that follows, and no other place", async (t) => {
  const { key } = world.everturn;
  for (const [to, path] of [
    ["/inbox", "/inbox"],
    ["//evil.example/inbox", "/"],
    ["https://evil.example", "/"],
  ] as const) {
    const page = await world.open(t, `/sign-in?to=${encodeURIComponent(to)}#${key}`, { key: null });
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: /account menu/ }).waitFor();
    assert.equal(page.url(), world.everturn.url + path);
  }
});

test("A7 signing out ends the session, and a session that ended elsewhere leads to the sign-in page and back", async (t) => {
  const page = await world.open(t, "/inbox", { refusals: [401] });
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  const { items } = await world.everturn.call<{ items: { id: string }[] }>("GET", "/v1/sessions");
  for (const { id } of items) await world.everturn.call("DELETE", `/v1/sessions/${id}`);
  await page.getByLabel("API key").fill(world.everturn.key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await page.getByRole("button", { name: /account menu/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to Everturn" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Sign in to Everturn" }).waitFor();
});
