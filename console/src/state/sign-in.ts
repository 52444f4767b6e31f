// Signs this browser in and out, and finds out who it is.
import { createContext, useContext } from "react";
import { EverturnError, type Me } from "../../../client/index.ts";
import { everturn, session } from "./everturn.ts";
import { problemWords } from "./problem-words.ts";

/** Asks the server who this is. */
export async function readMe(): Promise<void> {
  try {
    const { signed_in } = await everturn.request("get", "/session", { retriesMax: 1 });
    if (signed_in) session.set({ type: "signed-in", me: await everturn.me.get({ retriesMax: 1 }) });
    else session.lost();
  } catch (error) {
    if (error instanceof EverturnError && error.status === 401) session.lost();
    else session.set({ type: "away", reason: problemWords(error) });
  }
}

/** Throws EverturnError when the key does not count. */
export async function signIn(apiKey: string): Promise<void> {
  await everturn.session.begin(apiKey);
  await readMe();
}

export async function signOut(): Promise<void> {
  await everturn.session.end();
  session.lost();
}

export const MeContext = createContext<Me | null>(null);

/** The user who is signed in. Pages are shown only while there is one. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (me === null) throw new Error("This component belongs into the frame of somebody who is signed in.");
  return me;
}

/** Whether admin pages are for this user. */
export function isAdmin(me: Me): boolean {
  return me.role === "admin" && me.scope === "full";
}
