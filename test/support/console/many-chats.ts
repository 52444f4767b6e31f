// Tests: thousands of chats at once, as rows: making them by the API would take minutes.
import type { Everturn } from "../everturn.ts";

/** `Old chat 00001` is the oldest. Nothing runs in them. */
export async function manyChats(everturn: Everturn, count: number): Promise<void> {
  // A real chat says which values a row has.
  const { id } = await everturn.call<{ id: string }>("POST", "/v1/chats", { title: "The pattern" });
  const { rows } = await everturn.pool.query<{ column_name: string }>(
    `select column_name from information_schema.columns
     where table_name = 'chats' and is_generated = 'NEVER' order by ordinal_position`,
  );
  const own: Readonly<Record<string, string>> = {
    id: "ids.id",
    root_chat_id: "ids.id",
    title: "'Old chat ' || lpad(n::text, 5, '0')",
    created_at: "now() - interval '1 year' + n * interval '1 second'",
    updated_at: "now() - interval '1 year' + n * interval '1 second'",
  };
  const names = rows.map(({ column_name }) => column_name);
  const values = names.map((name) => own[name] ?? `pattern.${name}`);
  await everturn.pool.query(
    `insert into chats (${names.join(", ")})
     select ${values.join(", ")} from chats pattern, generate_series(1, $2::int) n,
       lateral (select gen_random_uuid() as id, n as of_row) ids
     where pattern.id = $1`,
    [id, count],
  );
}
