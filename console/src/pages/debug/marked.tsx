// A text with the matches of a search marked.
import { cutAtMatches } from "./data-search.ts";

export function Marked({ text, query }: { readonly text: string; readonly query: string }) {
  if (query === "") return text;
  return cutAtMatches(text, query).map((piece, index) =>
    piece.isMatch ? <mark key={index}>{piece.text}</mark> : piece.text,
  );
}
