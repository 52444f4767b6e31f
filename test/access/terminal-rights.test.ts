// Tests: a terminal that is followed while the right to it ends, or its workspace goes: whoever reads hears why, whoever types is
// refused, and the shell ends where the workspace does.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { asHolderOf, runningWorkspace, TerminalReader } from "../support/workspace/terminal-world.ts";
import { untilGone } from "../support/workspace/workspace-chats.ts";

let everturn: Everturn;

before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

interface Person {
  readonly id: string;
  readonly key: string;
  readonly key_id: string;
  /** Everturn as this person calls it. */
  readonly as: Everturn;
}

async function newPerson(name: string): Promise<Person> {
  const { id } = await everturn.call<{ id: string }>("POST", "/v1/users", { name, role: "member" });
  return { id, ...(await newKey(id)) };
}

async function newKey(user_id: string) {
  const made = await everturn.call<{ id: string; key: string }>("POST", "/v1/api-keys", {
    name: "one",
    user_id,
  });
  return { key: made.key, key_id: made.id, as: asHolderOf(everturn, made.key) };
}

interface Used {
  readonly workspace: string;
  readonly reader: TerminalReader;
}

/** A terminal that runs a program which is known by the marker, and reads. */
async function usedTerminal({ as }: Pick<Person, "as">, marker: string): Promise<Used> {
  const workspace = await runningWorkspace(as);
  const reader = await TerminalReader.open(as, workspace);
  await reader.type(`sh -c 'echo marked; read -r ${marker}; echo "got $${marker}"'\r`);
  await reader.until(/\rmarked\r\n/);
  return { workspace, reader };
}

/** What is typed is refused with this, and what the shell printed stays as it was. */
async function assertRefused(
  { as }: Pick<Person, "as">,
  { workspace, reader }: Used,
  words: string,
): Promise<void> {
  const path = `/v1/workspaces/${workspace}/terminals/${reader.id}`;
  for (const [what, body] of [
    ["input", { text: "x" }],
    ["resize", { cols: 90, rows: 30 }],
  ] as const) {
    const { status, body: answer } = await as.answer("POST", `${path}/${what}`, body);
    assert.equal(`${status} ${answer.code}`, words, what);
  }
}

async function assertShellGoesOn({ as }: Pick<Person, "as">, { workspace, reader }: Used): Promise<void> {
  const again = new TerminalReader(as, { workspace_id: workspace, id: reader.id });
  await again.type("yes\r");
  await again.until(/\ngot yes\r\n/);
  again.leave();
}

test("A1 W5 a key that is revoked ends its readers of a terminal in words, and types no more; the shell goes on for another key", async () => {
  const person = await newPerson("Ada");
  const other = await newKey(person.id);
  const used = await usedTerminal(person, "marker_of_a_revoked_key");
  await everturn.call("DELETE", `/v1/api-keys/${person.key_id}`);
  assert.deepEqual(await used.reader.refusal(), { status: 401, code: "unauthenticated" });
  await assertRefused(person, used, "401 unauthenticated");
  await assertShellGoesOn(other, used);
});

test("A9 W5 a suspended user reads and types no more in a terminal, and finds the shell again once resumed", async () => {
  const person = await newPerson("Bo");
  const used = await usedTerminal(person, "marker_of_a_suspended_user");
  await everturn.call("PATCH", `/v1/users/${person.id}`, { suspended: true });
  assert.deepEqual(await used.reader.refusal(), { status: 401, code: "unauthenticated" });
  await assertRefused(person, used, "401 unauthenticated");
  await everturn.call("PATCH", `/v1/users/${person.id}`, { suspended: false });
  await assertShellGoesOn(person, used);
});

test("A9 W5 a deleted user's shells end with the workspaces", async () => {
  const person = await newPerson("Cleo");
  const used = await usedTerminal(person, "marker_of_a_deleted_user");
  await everturn.call("DELETE", `/v1/users/${person.id}?chats=delete`);
  assert.deepEqual(await used.reader.refusal(), { status: 401, code: "unauthenticated" });
  await assertRefused(person, used, "401 unauthenticated");
  await untilGone("marker_of_a_deleted_user");
});

test("A9 W5 a workspace that is handed over takes no shell of its old owner along", async () => {
  const [person, heir] = [await newPerson("Dan"), await newPerson("Eve")];
  const used = await usedTerminal(person, "marker_of_an_old_owner");
  await everturn.call("DELETE", `/v1/users/${person.id}?chats=transfer&to=${heir.id}`);
  assert.deepEqual(await used.reader.refusal(), { status: 401, code: "unauthenticated" });
  await untilGone("marker_of_an_old_owner");
  const of = { workspace_id: used.workspace, id: used.reader.id };
  assert.equal((await new TerminalReader(heir.as, of).end()).reason, "closed");
  await assertRefused(heir, used, "409 terminal_closed");
  const own = await TerminalReader.open(heir.as, used.workspace);
  own.leave();
});

test("W5 a workspace that is deleted ends its terminal in words and at once, and takes the shell along", async () => {
  const person = await newPerson("Finn");
  const used = await usedTerminal(person, "marker_of_a_deleted_workspace");
  await person.as.call("DELETE", `/v1/workspaces/${used.workspace}`);
  assert.deepEqual(await used.reader.end(), {
    reason: "workspace_stopped",
    message: "The workspace was deleted.",
    exit_code: null,
  });
  await untilGone("marker_of_a_deleted_workspace");
  await soon("the workspace is gone", async () => {
    const { status } = await person.as.answer("GET", `/v1/workspaces/${used.workspace}`);
    return status === 404;
  });
  await assertRefused(person, used, "404 workspace_not_found");
});
