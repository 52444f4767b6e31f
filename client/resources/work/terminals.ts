// Terminals of workspaces: shells for people.
import type { BodyOf, CallOptions } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";
import { streamTerminal, type TerminalStreamOptions } from "../../stream/terminal-stream.ts";

type TerminalsPath = "/v1/workspaces/{workspace}/terminals";
type OneTerminal = `${TerminalsPath}/{terminal}`;

export function terminals(http: Http) {
  return {
    /** Opens a shell of its own. It answers at once: `terminalOutput` says when it is open, or why not. */
    openTerminal: (workspace: string, body: BodyOf<"post", TerminalsPath>, options?: CallOptions) =>
      http.request("post", "/v1/workspaces/{workspace}/terminals", { ...options, path: { workspace }, body }),

    /** Oldest first; those that have ended within an hour, too. */
    listTerminals: (workspace: string, options?: CallOptions) =>
      http.request("get", "/v1/workspaces/{workspace}/terminals", { ...options, path: { workspace } }),

    /** What is kept of its output, what it prints, and its states; ends with the terminal. `after`: `to` of the last known output. */
    terminalOutput: (workspace: string, terminal: string, options: TerminalStreamOptions = {}) =>
      streamTerminal(http, { workspace, terminal }, options),

    /** Types. Never tried again by itself: nobody wants the same keys twice. Wait for one call before you make the next. */
    typeInTerminal: (
      workspace: string,
      { id, ...body }: { readonly id: string } & BodyOf<"post", `${OneTerminal}/input`>,
      options?: CallOptions,
    ) =>
      http.request("post", "/v1/workspaces/{workspace}/terminals/{terminal}/input", {
        retriesMax: 0,
        ...options,
        path: { workspace, terminal: id },
        body,
      }),

    /** For all its readers. */
    resizeTerminal: (
      workspace: string,
      { id, ...body }: { readonly id: string } & BodyOf<"post", `${OneTerminal}/resize`>,
      options?: CallOptions,
    ) =>
      http.request("post", "/v1/workspaces/{workspace}/terminals/{terminal}/resize", {
        ...options,
        path: { workspace, terminal: id },
        body,
      }),

    /** Hangs up on its shell and what that runs. */
    closeTerminal: (workspace: string, terminal: string, options?: CallOptions) =>
      http.request("delete", "/v1/workspaces/{workspace}/terminals/{terminal}", {
        ...options,
        path: { workspace, terminal },
      }),
  };
}
