// Signs a browser in: with an API key, or at the deployment's issuer where there is one.
import { type FormEvent, useEffect, useState } from "react";
import { EverturnError } from "../../../../client/index.ts";
import { everturn } from "../../state/everturn.ts";
import { problemWords } from "../../state/problem-words.ts";
import { signIn } from "../../state/sign-in.ts";
import { Button } from "../../ui/controls/button.tsx";
import { TextField } from "../../ui/controls/field.tsx";
import { pageAfterSignIn } from "./page-after-sign-in.ts";
import styles from "./sign-in-page.module.css";

export default function SignInPage() {
  const [key, setKey] = useState(keyOfAddress);
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const hasIssuer = useHasIssuer();
  useEffect(() => {
    document.title = "Sign in – Everturn";
  }, []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (key.trim() === "") {
      setFault("Enter an API key.");
      return;
    }
    setBusy(true);
    setFault(undefined);
    try {
      await signIn(key.trim());
    } catch (error) {
      setFault(wordsOf(error));
      setBusy(false);
    }
  };
  return (
    <main className={styles.page}>
      <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        <h1>Sign in to Everturn</h1>
        {hasIssuer && (
          <>
            <a className={styles.issuer} href={everturn.session.issuerUrl({ return_to: whereTo() })}>
              Sign in with your organisation
            </a>
            <p className={styles.or}>or</p>
          </>
        )}
        <TextField
          label="API key"
          type="password"
          autoComplete="current-password"
          spellCheck={false}
          value={key}
          fault={fault}
          hint="`npm start` prints one. An administrator can make you one under Keys."
          onChange={(event) => setKey(event.target.value)}
        />
        <Button kind="primary" type="submit" busy={busy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}

/**
 * `npm start` prints a link with its key behind `#`, which browsers send nowhere. It fills the field and signs nobody in by itself:
 * a link of somebody else's could otherwise make you work in their account.
 */
function keyOfAddress(): string {
  const { pathname, search, hash } = window.location;
  if (pathname !== "/sign-in" || hash.length < 2) return "";
  window.history.replaceState(null, "", pathname + search);
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    // A link that was cut in the middle of a sign: there is no key in it.
    return "";
  }
}

function whereTo(): string {
  const { pathname, search } = window.location;
  return pathname === "/sign-in" ? pageAfterSignIn(search) : pathname + search;
}

function wordsOf(error: unknown): string {
  if (error instanceof EverturnError && error.code === "unauthenticated")
    return "This key does not count: it is mistyped, expired or revoked.";
  return problemWords(error);
}

function useHasIssuer(): boolean {
  const [hasIssuer, setHasIssuer] = useState(false);
  useEffect(() => {
    const ended = new AbortController();
    everturn
      .request("get", "/session", { signal: ended.signal })
      .then(({ oidc }) => setHasIssuer(oidc))
      // Without an answer there is the key.
      .catch(() => undefined);
    return () => ended.abort();
  }, []);
  return hasIssuer;
}
