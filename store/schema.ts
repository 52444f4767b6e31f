// Finds the schema of our tables. No statement names it: each connection gets exactly this schema as its search_path,
// so that nobody takes another program's `users` for ours.
import type { Queryable } from "./database.ts";

/** The schema of the tables in a new database. */
export const OWN_SCHEMA = "everturn";
/** The first migration. Its name in `schema_migrations` tells our tables from those of others. */
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
 * The schema that holds our tables, quoted; null if there are none yet. Databases from before we had our own schema
 * keep their tables where they are, in `public` or where their user's search_path leads, so that the previous version
 * finds them, too. Call it on a connection that still has its user's search_path.
 */
export async function findSchema(db: Queryable): Promise<string | null> {
  const { rows } = await db.query<{ schema: string }>(CANDIDATES);
  for (const { schema } of rows) {
    const ours = await db.query(`select from ${schema}.schema_migrations where name = $1`, [FIRST_MIGRATION]);
    if (ours.rowCount === 1) return schema;
  }
  return null;
}
