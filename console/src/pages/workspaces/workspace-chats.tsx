// The chats that use a workspace, among the caller's newest ones.
import { Link } from "wouter";
import { everturn } from "../../state/everturn.ts";
import { agoWords } from "../../ui/words.ts";
import { Shown } from "../parts/page.tsx";
import { Row, Rows } from "../parts/rows.tsx";
import { useLoad } from "../parts/use-load.ts";

/** The API lists chats page by page and does not filter them by workspace: the newest page is looked through. */
const chatsLookedAt = 200;

export function WorkspaceChats({ workspaceId }: { readonly workspaceId: string }) {
  const chats = useLoad(async (signal) => {
    const { items } = await everturn.chats.list({ limit: chatsLookedAt }, { signal });
    const all = items.flatMap((root) => [root, ...(root.children ?? [])]);
    return all.filter((chat) => chat.workspace_id === workspaceId);
  }, workspaceId);
  return (
    <Shown of={chats}>
      {(found) =>
        found.length === 0 ? (
          <p>None of your newest {chatsLookedAt} chats uses it.</p>
        ) : (
          <Rows label="Chats that use it">
            {found.map((chat) => (
              <Row
                key={chat.id}
                title={
                  <Link href={`/chats/${chat.id}`}>{chat.title === "" ? "Untitled chat" : chat.title}</Link>
                }
                about={`${chat.parent_chat_id === null ? "Chat" : "Subagent"}, last changed ${agoWords(chat.updated_at, Date.now())}`}
              />
            ))}
          </Rows>
        )
      }
    </Shown>
  );
}
