// JSON columns as Postgres can look into them.

/**
 * SQL for `column` where `->` and the `json_…` functions look into it. Texts may hold U+0000 and halves of characters, written as
 * escapes, and Postgres refuses to read a document that has one anywhere: one such argument would fail the whole query. The
 * escapes are left out. Ids, names and types never hold any.
 */
export function readableJson(column: string): string {
  return String.raw`(case when ${column}::text !~ '\\u(0000|d[89a-f])' then ${column}
    else regexp_replace(${column}::text, '(?<!\\)((?:\\\\)*)\\u(0000|d[89a-f][0-9a-f]{2})', '\1', 'g')::json end)`;
}
