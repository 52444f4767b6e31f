// Shows the pages to whoever is signed in, and the sign-in page to everybody else, at whatever address they came to.
import { lazy, type ReactNode, Suspense, useEffect } from "react";
import { session } from "../../state/everturn.ts";
import { useSession } from "../../state/session-state.ts";
import { MeContext, readMe } from "../../state/sign-in.ts";
import { Button } from "../../ui/controls/button.tsx";
import { EmptyState } from "../../ui/shown/empty-state.tsx";
import { Spinner } from "../../ui/shown/spinner.tsx";
import styles from "./sign-in-page.module.css";

const SignInPage = lazy(() => import("./sign-in-page.tsx"));

const TRY_AGAIN_MS = 3_000;

export function SessionGate({ children }: { readonly children: ReactNode }) {
  const state = useSession(session);
  useEffect(() => {
    if (state.type === "unknown") void readMe();
    if (state.type !== "away") return;
    const timer = setTimeout(() => void readMe(), TRY_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  switch (state.type) {
    case "unknown":
      return (
        <main className={styles.asking}>
          <Spinner label="Loading" />
        </main>
      );
    case "signed-out":
      return (
        <Suspense fallback={null}>
          <SignInPage />
        </Suspense>
      );
    case "away":
      return (
        <main>
          <EmptyState
            title="The server does not answer"
            actions={<Button onClick={() => void readMe()}>Try now</Button>}
          >
            {state.reason} This page tries again by itself.
          </EmptyState>
        </main>
      );
    case "signed-in":
      return <MeContext value={state.me}>{children}</MeContext>;
  }
}
