// The client of this page. It calls the page's own origin, and the session's cookie proves who calls.
import { Everturn } from "../../../client/index.ts";
import { createSession } from "./session-state.ts";

export const session = createSession();

/** Calls that a missing session ends lead to the sign-in page, wherever they were made. */
const watchedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.status === 401 && new URL(response.url).pathname !== "/session") session.lost();
  return response;
};

export const everturn = new Everturn({ fetch: watchedFetch });
