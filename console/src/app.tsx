// The frame of every page: navigation beside the page that the address names.
import { lazy, Suspense } from "react";
import { Route, Switch } from "wouter";
import { NewChatPage } from "./chat/new-chat-page.tsx";
import { ToastProvider } from "./ui/layers/toasts.tsx";
import { Tooltips } from "./ui/layers/tooltips.tsx";

const ChatPage = lazy(() => import("./chat/chat-page.tsx"));

export function App() {
  return (
    <ToastProvider>
      <main style={{ height: "100%" }}>
        <Suspense fallback={null}>
          <Switch>
            <Route path="/chats/:id">{({ id }) => <ChatPage chatId={id} />}</Route>
            <Route>
              <NewChatPage />
            </Route>
          </Switch>
        </Suspense>
      </main>
      <Tooltips />
    </ToastProvider>
  );
}
