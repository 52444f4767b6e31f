// `users`: list, add, suspend, resume and delete users, in the database: for the first admin, and when nobody can sign in.
import { parseArgs } from "node:util";
import { v7 as uuidv7 } from "uuid";
import { USER_ROLES, type UserRole } from "../../core/access/access.ts";
import { StartError } from "../../dev/start-error.ts";
import { audited } from "../../store/access/audited.ts";
import { changeUser, createUser } from "../../store/access/users.ts";
import { emptyUser, type Leftovers, markUserDeleted } from "../../store/chat/departure/delete-user.ts";
import type { Queryable } from "../../store/database.ts";
import type { Store } from "../../store/store.ts";
import { findUser, printTable, readAllUsers, withAccessStore } from "../access-store.ts";

const USAGE = `users list
users add <name> [--email E] [--role admin|member]
users suspend <user>
users resume <user>
users delete <user> --chats delete
users delete <user> --chats transfer --to <user>

<user> is an id, an email address or a name.`;

const EMAIL = /^[^\s@]+@[^\s@]+$/;

type Act = (store: Store, args: string[]) => Promise<void>;

const ACTS: Readonly<Record<string, Act>> = {
  list: listAll,
  add,
  suspend: (store, args) => setSuspended(store, args, true),
  resume: (store, args) => setSuspended(store, args, false),
  delete: remove,
};

/** @throws StartError for an unknown act, or what is refused */
export async function users([name = "", ...args]: string[]): Promise<void> {
  const act = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined;
  if (act === undefined) throw new StartError(USAGE);
  await withAccessStore((store) => act(store, args));
}

async function listAll({ pool }: Store): Promise<void> {
  const rows = (await readAllUsers(pool)).map(({ id, name, role, email, suspended_at }) => [
    id,
    name,
    role,
    suspended_at === null ? "active" : "suspended",
    email ?? "-",
  ]);
  printTable([["id", "name", "role", "state", "email"], ...rows]);
}

async function add(store: Store, args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { email: { type: "string" }, role: { type: "string", default: "member" } },
  });
  const [name] = positionals;
  if (name === undefined || name.trim() === "" || positionals.length > 1) throw new StartError(USAGE);
  const role = roleOf(values.role);
  if (values.email !== undefined && !EMAIL.test(values.email)) {
    throw new StartError("--email is an address, such as ada@example.com.");
  }
  const id = uuidv7();
  const entry = { action: "user.create", target_type: "user", target_id: id, detail: { name, role } };
  await audited(store, entry, (tx) => createUser(tx, { id, name, role, email: values.email ?? null }));
  process.stdout.write(`${id}\nMake a key for ${name}: npm run everturn -- keys add ${id}\n`);
}

function roleOf(word: string): UserRole {
  const role = USER_ROLES.find((each) => each === word);
  if (role === undefined) throw new StartError(`--role is one of ${USER_ROLES.join(", ")}.`);
  return role;
}

async function setSuspended(store: Store, [word]: string[], suspended: boolean): Promise<void> {
  const { id, name } = await findUser(store.pool, word);
  const action = suspended ? "user.suspend" : "user.resume";
  const entry = { action, target_type: "user", target_id: id };
  await audited(store, entry, (tx) => changeUser(tx, id, { suspended }));
  process.stdout.write(`${name} ${suspended ? "is suspended" : "can come in again"}.\n`);
}

async function remove(store: Store, args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { chats: { type: "string" }, to: { type: "string" } },
  });
  const leftovers = await leftoversOf(store.pool, values);
  const user = await findUser(store.pool, positionals[0]);
  await markUserDeleted(store, user.id, leftovers);
  // The worker tells Temporal what is in the outbox, and what workspaces are to become.
  const left = () => Promise.resolve();
  const emptied = await emptyUser(store, user.id, { runs: left, workspace: left });
  process.stdout.write(`${user.name} is deleted.\n`);
  if (emptied === "kept")
    process.stdout.write(
      "Whoever was to get the chats was deleted meanwhile: they are kept. Delete the user by API with another one.\n",
    );
}

async function leftoversOf(
  db: Queryable,
  { chats, to }: { readonly chats?: string | undefined; readonly to?: string | undefined },
): Promise<Leftovers> {
  if (chats === "delete" && to === undefined) return { chats };
  if (chats === "transfer" && to !== undefined) return { chats, to: (await findUser(db, to)).id };
  throw new StartError(USAGE);
}
