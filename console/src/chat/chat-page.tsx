// The page of one chat: `/chats/<id>`.
import { useMemo } from "react";
import { useChatState } from "../../../client/react/use-chat-state.ts";
import { everturn } from "../state/everturn.ts";
import { pageRest } from "../state/rest.ts";
import { ChatScreen } from "./chat-screen.tsx";
import { OpenChatContext } from "./open-chat.ts";
import { useAct } from "./use-act.ts";

const streamOptions = { rest: pageRest };

export default function ChatPage({ chatId }: { readonly chatId: string }) {
  const { state, store } = useChatState(everturn, chatId, streamOptions);
  const act = useAct();
  const open = useMemo(() => ({ client: everturn, chat_id: chatId, act }), [chatId, act]);
  return (
    <OpenChatContext value={open}>
      <ChatScreen key={chatId} snapshot={state} store={store} />
    </OpenChatContext>
  );
}
