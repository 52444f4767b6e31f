// Caps a page of messages by bytes as well as by count: two hundred messages may have a megabyte each.
import { pageBytesMax } from "../../core/chat/limits.ts";
import { MESSAGE_COLUMNS, type MessageRow } from "./messages.ts";

export type MeasuredRow = MessageRow & {
  /** Bytes of content that the page has before this row. */
  readonly bytes_before: number;
};

const COLUMNS = MESSAGE_COLUMNS.replace(
  " content,",
  ` case when bytes_before < ${pageBytesMax} then content else '[]'::json end as content,`,
);

/**
 * SQL of `page`, a query of whole messages, in its order. Past the cap a row comes without its content: it only says that there
 * is more, and `withoutRest` takes it away.
 */
export function withinBytes(page: string, order: "asc" | "desc" = "desc"): string {
  return `select ${COLUMNS}, bytes_before from (
    select page.*, (sum(octet_length(content::text)) over (order by id ${order}) - octet_length(content::text))::float8
      as bytes_before from (${page}) page) measured order by id ${order}`;
}

/** The rows within the cap. The first row of a page always is. */
export function withoutRest(rows: readonly MeasuredRow[]): MeasuredRow[] {
  return rows.filter((row) => row.bytes_before < pageBytesMax);
}
