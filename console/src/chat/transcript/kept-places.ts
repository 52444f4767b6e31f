// Where somebody was in each chat, for a reload and for coming back. In the store of this tab.
import type { ScrollPlace } from "./stick-to-end.ts";

const prefix = "everturn.place.";

export function keepPlace(chatId: string, place: ScrollPlace | null): void {
  try {
    if (place === null) sessionStorage.removeItem(prefix + chatId);
    else sessionStorage.setItem(prefix + chatId, JSON.stringify(place));
  } catch {
    // Full or forbidden: the chat then opens at its end.
  }
}

export function keptPlace(chatId: string): ScrollPlace | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(prefix + chatId) ?? "null");
    if (typeof value !== "object" || value === null) return null;
    const { key, top } = value as Partial<ScrollPlace>;
    return typeof key === "string" && typeof top === "number" && Number.isFinite(top) ? { key, top } : null;
  } catch {
    return null;
  }
}
