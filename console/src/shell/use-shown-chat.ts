// Which chat the address names.
import { useLocation } from "wouter";

export function chatIdOf(location: string): string | null {
  return /^\/chats\/([^/?#]+)/.exec(location)?.[1] ?? null;
}

export function useShownChatId(): string | null {
  const [location] = useLocation();
  return chatIdOf(location);
}
