// Finds text that was shown and then withdrawn: a failed attempt whose next one begins anew. It fades away once.
import type { ChatView, Preview } from "../../../../core/stream/chat-reducer.ts";

/** The preview that the step from one view to the next withdrew; null if it withdrew nothing that was shown. */
export function withdrawnBetween(before: ChatView, after: ChatView): Preview | null {
  const shown = before.previews.get("");
  const next = after.previews.get("");
  if (shown === undefined || next === undefined || shown.episode === next.episode) return null;
  if (before.chat_id !== after.chat_id || shown.content.size === 0 || next.content.size > 0) return null;
  // Another history version: the text was committed, or an edit has cut it off.
  return versionOf(shown.episode) === versionOf(next.episode) ? shown : null;
}

function versionOf(episode: string): string {
  return episode.slice(0, episode.indexOf("."));
}
