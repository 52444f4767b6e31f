// The chats that use a workspace, subagents among them.
import { useCallback } from "react";
import { Link } from "wouter";
import type { Chat } from "../../../../client/index.ts";
import { everturn } from "../../state/everturn.ts";
import { agoWords } from "../../ui/words.ts";
import { Shown } from "../parts/page.tsx";
import { MoreRows, Row, Rows } from "../parts/rows.tsx";
import { type From, usePages } from "../parts/use-pages.ts";

export function WorkspaceChats({ workspaceId }: { readonly workspaceId: string }) {
  const load = useCallback(
    (from: From, signal?: AbortSignal) =>
      everturn.chats.list({ workspace_id: workspaceId, ...from }, { signal }),
    [workspaceId],
  );
  const chats = usePages<Chat>(load, workspaceId);
  return (
    <Shown of={chats}>
      {({ items }) =>
        items.length === 0 ? (
          <p>No chat uses it, archived ones apart.</p>
        ) : (
          <>
            <Rows label="Chats that use it">
              {usersOf(items, workspaceId).map((chat) => (
                <Row
                  key={chat.id}
                  title={<Link href={`/chats/${chat.id}`}>{chat.title || "Untitled chat"}</Link>}
                  about={`${chat.parent_chat_id === null ? "Chat" : "Subagent"}, last changed ${agoWords(chat.updated_at, Date.now())}`}
                />
              ))}
            </Rows>
            <MoreRows {...chats} />
          </>
        )
      }
    </Shown>
  );
}

/** A chat is also found for a subagent of it that uses the workspace. */
function usersOf(roots: readonly Chat[], workspaceId: string): readonly Chat[] {
  const all = roots.flatMap((root) => [root, ...(root.children ?? [])]);
  return all.filter((chat) => chat.workspace_id === workspaceId);
}
