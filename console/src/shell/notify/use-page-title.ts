// The title of the browser's tab: how many things wait for a person, and which chat or page is shown.
import { useEffect } from "react";
import { useLocation } from "wouter";
import { useFeedChat } from "../../state/feed.ts";
import { addressOf, type PageRoute } from "../page-route.ts";
import { chatIdOf } from "../use-shown-chat.ts";

/** @param count of what waits for a person */
export function usePageTitle(count: number, pages: readonly PageRoute[]): void {
  const [location] = useLocation();
  const chat = useFeedChat(chatIdOf(location) ?? "");
  const page = pages.find(
    (each) => location === addressOf(each) || location.startsWith(`${addressOf(each)}/`),
  );
  const name = location === "/" ? "New chat" : (chat?.title ?? page?.name ?? null);
  useEffect(() => {
    const words = name === null || name === "" ? "Everturn" : `${name} – Everturn`;
    document.title = count === 0 ? words : `(${count}) ${words}`;
  }, [count, name]);
}
