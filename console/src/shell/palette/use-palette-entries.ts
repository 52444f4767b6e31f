// What the palette offers: pages and commands, then chats, the latest first.
import { useMemo } from "react";
import type { Chat } from "../../../../client/index.ts";
import { signOut } from "../../state/sign-in.ts";
import { setTheme } from "../../state/theme.ts";
import { useCommand } from "../../state/use-command.ts";
import { addressOf, type PageRoute } from "../page-route.ts";
import type { PaletteEntry } from "./find-entries.ts";

export function usePaletteEntries(
  pages: readonly PageRoute[],
  chats: ReadonlyMap<string, Chat>,
): readonly PaletteEntry[] {
  const { run } = useCommand("You could not be signed out");
  return useMemo(() => {
    const command = (words: string, deed: () => void): PaletteEntry => ({
      key: words,
      words,
      kind: "Command",
      run: deed,
    });
    const ofPages = pages.flatMap((page): PaletteEntry[] =>
      page.name === null ? [] : [{ key: page.path, words: page.name, kind: "Page", run: addressOf(page) }],
    );
    const latest = [...chats.values()].sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1));
    return [
      { key: "/", words: "New chat", kind: "Page", run: "/" },
      ...ofPages,
      ...latest.map(
        ({ id, title }): PaletteEntry => ({
          key: id,
          words: title || "Untitled chat",
          kind: "Chat",
          run: `/chats/${id}`,
        }),
      ),
      command("Theme: light", () => setTheme("light")),
      command("Theme: dark", () => setTheme("dark")),
      command("Theme: as the system", () => setTheme("system")),
      command("Sign out", () => void run(signOut)),
    ];
  }, [pages, chats, run]);
}
