// A message that a search has found, with the words marked.
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Found } from "../list-items.ts";
import styles from "./found-row.module.css";

export function FoundRow({ found }: { readonly found: Found }) {
  const { chat_id, message_id, title, excerpt, matches } = found;
  const place = message_id === null ? "" : `#message-${message_id}`;
  return (
    <Link href={`/chats/${chat_id}${place}`} className={styles.found}>
      <span className={styles.title}>{title || "Untitled chat"}</span>
      {message_id !== null && <span className={styles.excerpt}>{marked(excerpt, matches)}</span>}
    </Link>
  );
}

function marked(text: string, matches: Found["matches"]): ReactNode[] {
  const pieces: ReactNode[] = [];
  let at = 0;
  for (const [start = 0, end = 0] of matches) {
    if (start < at || end <= start) continue;
    pieces.push(text.slice(at, start), <mark key={start}>{text.slice(start, end)}</mark>);
    at = end;
  }
  pieces.push(text.slice(at));
  return pieces;
}
