// Who the people of an issuer are here. A user is made when somebody is seen for the first time (SPEC A1).
import type { UserRole } from "../../core/access/access.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { type Pool, type Queryable, type Tx, withTransaction } from "../database.ts";
import { LOCK_KEYS } from "../presence/advisory-locks.ts";
import { writeAudit } from "./audit-log.ts";
import { createUser, isLastAdmin, lockUser } from "./users.ts";

export interface OidcUser {
  readonly id: string;
  readonly name: string;
  readonly role: UserRole;
  /** Neither suspended nor deleted. */
  readonly is_active: boolean;
  /** The issuer says that the last admin is none. The role stays: else nobody could change anything here any more. */
  readonly keeps_last_admin?: true;
}

/** What a verified token says. */
export interface SeenPerson {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  /** Only if the issuer has verified it. */
  readonly email: string | null;
  /** Null: the issuer says nothing about roles. */
  readonly role: UserRole | null;
  /** When the issuer said so. */
  readonly said_at: Date;
  readonly address: string | null;
  readonly request_id: string | null;
}

interface KnownIdentity extends OidcUser {
  /** Whether an older token may still say what the role is: only the newest word of the issuer counts. */
  readonly is_newest: boolean;
}

/** The user whom a person of the issuer is here, with the role that the issuer's newest word gives. */
export async function admitPerson(pool: Pool, person: SeenPerson): Promise<OidcUser> {
  const known = await findIdentity(pool, person);
  if (known !== null && !givesOtherRole(known, person)) return known;
  return withTransaction(pool, async (tx) => {
    // Two requests that see somebody for the first time at once must not make two users.
    await tx.query("select pg_advisory_xact_lock($1)", [LOCK_KEYS.admitPerson]);
    const found = await findIdentity(tx, person);
    if (found === null) return addIdentity(tx, person);
    return givesOtherRole(found, person) ? changeRole(tx, found, person) : found;
  });
}

/** Suspended and deleted users keep the role that they had. */
function givesOtherRole(known: KnownIdentity, { role }: SeenPerson): boolean {
  return role !== null && role !== known.role && known.is_newest && known.is_active;
}

async function findIdentity(
  db: Queryable,
  { issuer, subject, said_at }: Pick<SeenPerson, "issuer" | "subject" | "said_at">,
): Promise<KnownIdentity | null> {
  const { rows } = await db.query<KnownIdentity>(
    `select u.id, u.name, u.role, u.suspended_at is null and u.deleted_at is null as is_active,
       i.said_at <= $3 as is_newest
     from oidc_identities i join users u on u.id = i.user_id where i.issuer = $1 and i.subject = $2`,
    [issuer, subject, said_at],
  );
  return rows[0] ?? null;
}

async function addIdentity(tx: Tx, person: SeenPerson): Promise<OidcUser> {
  const { issuer, subject, said_at } = person;
  const invited = await findByEmail(tx, person);
  const user = invited ?? (await addUser(tx, person));
  await tx.query("insert into oidc_identities (issuer, subject, user_id, said_at) values ($1, $2, $3, $4)", [
    issuer,
    subject,
    user.id,
    said_at,
  ]);
  if (invited !== null) {
    const detail = { subject, email: person.email };
    await audit(tx, person, { id: user.id, action: "user.link", detail });
  }
  const known = { ...user, is_newest: true };
  return givesOtherRole(known, person) ? changeRole(tx, known, person) : user;
}

/**
 * An admin has made a user with the address before its owner came. Who has an identity already is somebody else. Nobody becomes
 * an admin by an address: whoever can have it verified at the issuer, such as the next owner of a mailbox, could take over.
 */
async function findByEmail(tx: Tx, { issuer, email }: SeenPerson): Promise<OidcUser | null> {
  if (email === null) return null;
  const { rows } = await tx.query<OidcUser>(
    `select id, name, role, suspended_at is null as is_active from users u
     where lower(email) = lower($1) and deleted_at is null and role <> 'admin'
       and not exists (select from oidc_identities i where i.user_id = u.id and i.issuer = $2)`,
    [email, issuer],
  );
  return rows[0] ?? null;
}

async function addUser(tx: Tx, person: SeenPerson): Promise<OidcUser> {
  const taken = await tx.query("select from users where lower(email) = lower($1) and deleted_at is null", [
    person.email,
  ]);
  const { id, name, role } = await createUser(tx, {
    name: person.name,
    role: person.role ?? "member",
    email: taken.rowCount === 0 ? person.email : null,
  });
  await audit(tx, person, { id, action: "user.create", detail: { role } });
  return { id, name, role, is_active: true };
}

/** The last admin stays one whatever the issuer says (SPEC A9): a mistake in its groups must not lock everybody out. */
async function changeRole(tx: Tx, user: OidcUser, person: SeenPerson): Promise<OidcUser> {
  const locked = await lockUser(tx, user.id).catch((error: unknown) => {
    if (error instanceof Refusal && error.code === "user_not_found") return null;
    throw error;
  });
  if (locked === null || locked.suspended_at !== null) return { ...user, is_active: false };
  const role = person.role ?? locked.role;
  if (role === locked.role) return { ...user, role };
  if (role === "member" && (await isLastAdmin(tx, user.id)))
    return { ...user, role: locked.role, keeps_last_admin: true };
  await tx.query("update users set role = $2 where id = $1", [user.id, role]);
  await tx.query("update oidc_identities set said_at = $3 where issuer = $1 and subject = $2", [
    person.issuer,
    person.subject,
    person.said_at,
  ]);
  await audit(tx, person, { id: user.id, action: "user.role", detail: { role, before: locked.role } });
  return { ...user, role };
}

function audit(
  tx: Tx,
  { issuer, address, request_id }: SeenPerson,
  act: { readonly id: string; readonly action: string; readonly detail: JsonObject },
): Promise<void> {
  const actor = { user_id: act.id, kind: "oidc", address, request_id } as const;
  const entry = { action: act.action, target_type: "user", target_id: act.id };
  return writeAudit(tx, actor, { ...entry, detail: { ...act.detail, issuer } });
}
