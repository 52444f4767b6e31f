// The whole page: who is signed in, the frame, and the page that the address names.
import { lazy, Suspense } from "react";
import { Redirect, Route, Switch } from "wouter";
import { NewChatPage } from "./chat/new-chat-page.tsx";
import { PAGES } from "./routes.tsx";
import { Frame } from "./shell/frame.tsx";
import { pageAfterSignIn } from "./shell/sign-in/page-after-sign-in.ts";
import { SessionGate } from "./shell/sign-in/session-gate.tsx";
import { isAdmin, useMe } from "./state/sign-in.ts";
import { ToastProvider } from "./ui/layers/toasts.tsx";
import { Tooltips } from "./ui/layers/tooltips.tsx";
import { EmptyState } from "./ui/shown/empty-state.tsx";
import { Spinner } from "./ui/shown/spinner.tsx";

const ChatPage = lazy(() => import("./chat/chat-page.tsx"));

export function App() {
  return (
    <ToastProvider>
      <SessionGate>
        <SignedIn />
      </SessionGate>
      <Tooltips />
    </ToastProvider>
  );
}

function SignedIn() {
  const me = useMe();
  const pages = PAGES.filter((page) => page.forAdmins !== true || isAdmin(me));
  return (
    <Frame pages={pages}>
      <Suspense fallback={<Spinner label="Loading" />}>
        <Switch>
          <Route path="/" component={NewChatPage} />
          <Route path="/chats/:id">{({ id }) => <ChatPage chatId={id} />}</Route>
          <Route path="/sign-in">
            <Redirect to={pageAfterSignIn(window.location.search)} replace />
          </Route>
          {pages.map(({ path, Page }) => (
            <Route key={path} path={path} component={Page} />
          ))}
          <Route>
            <EmptyState title="There is no such page">
              Choose a chat in the list, or begin a new one.
            </EmptyState>
          </Route>
        </Switch>
      </Suspense>
    </Frame>
  );
}
