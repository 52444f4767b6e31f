// The store is the only room with SQL. This file: which schema of the database our tables are in. No statement names it: each
// connection gets exactly this schema as its search_path, so that another program's `users` is never taken for ours.
import type { Queryable } from "./database.ts";

/** Where the tables of a new database go. */
export const OWN_SCHEMA = "everturn";
/** The first migration: its name in `schema_migrations` tells our tables from those of others. */
const FIRST_MIGRATION = "0001-chats.sql";

/** Where a connection would find a table of migrations with our columns: in our schema, or where it looks by default. */
const CANDIDATES = `
  select quote_ident(n.nspname) as schema
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.oid in (to_regclass('${OWN_SCHEMA}.schema_migrations'), to_regclass('schema_migrations'),
      to_regclass('public.schema_migrations'))
    and has_table_privilege(c.oid, 'select')
    and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'name' and not a.attisdropped)
  order by n.nspname = '${OWN_SCHEMA}' desc, c.oid = to_regclass('schema_migrations') desc`;

/**
 * The schema that holds our tables, quoted; null when there are none yet. Databases from before we had a schema of our own
 * keep theirs where they are, in `public` or where their user's search_path leads, so that the version before finds them too.
 * Ask with a connection whose search_path is still its user's.
 */
export async function findSchema(db: Queryable): Promise<string | null> {
  const { rows } = await db.query<{ schema: string }>(CANDIDATES);
  for (const { schema } of rows) {
    const ours = await db.query(`select from ${schema}.schema_migrations where name = $1`, [FIRST_MIGRATION]);
    if (ours.rowCount === 1) return schema;
  }
  return null;
}
