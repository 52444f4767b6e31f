// Signs the caller in at an MCP server: its page opens in another tab, and this page notices when it is done.
import { useEffect, useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { Button } from "../../ui/controls/button.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useAct } from "../parts/use-act.ts";
import type { McpServer } from "../parts/wire.ts";

interface SignInInput {
  readonly server: McpServer;
  readonly onSignedIn: () => Promise<void>;
}

export function SignIn({ server, onSignedIn }: SignInInput) {
  const { busy, error, run } = useAct();
  const [address, setAddress] = useState<string | null>(null);
  const connect = async () => {
    const { authorization_url } = await everturn.mcpServers.connect(server.id);
    if (!isWebAddress(authorization_url)) throw new Error("The server's sign-in page has no web address.");
    setAddress(authorization_url);
    // A browser that keeps pop-ups away still leaves the link below.
    window.open(authorization_url, "_blank", "noopener");
  };

  // Whoever comes back to this tab has signed in there, or has not: the list says which.
  useEffect(() => {
    if (address === null) return;
    const look = () => {
      if (document.visibilityState === "visible") void onSignedIn();
    };
    document.addEventListener("visibilitychange", look);
    window.addEventListener("focus", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("focus", look);
    };
  }, [address, onSignedIn]);

  return (
    <>
      {error === null ? null : <ProblemNotice error={error} />}
      <Button
        size="small"
        kind="primary"
        disabled={busy}
        aria-label={`Sign in at ${server.name}`}
        onClick={() => run(connect)}
      >
        Sign in
      </Button>
      {address === null ? null : (
        <a href={address} target="_blank" rel="noopener noreferrer">
          Open the sign-in page
        </a>
      )}
    </>
  );
}

/** The address comes from the server of somebody else. */
function isWebAddress(address: string): boolean {
  return /^https?:\/\//i.test(address);
}
