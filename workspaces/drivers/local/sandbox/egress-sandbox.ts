// The sandbox of a workspace's proxy: it has this machine's network and its own code, and nothing else.
import path from "node:path";
import { inside, type WorkspacePlace } from "../place/workspace-place.ts";
import { sourceRoot } from "./agent-sandbox.ts";
import { markOf, type Sandbox, type SandboxedCommand } from "./sandbox-command.ts";
import { egressUser } from "./sandbox-user.ts";

export interface EgressSandbox {
  readonly sandbox: Sandbox;
  readonly place: WorkspacePlace;
  readonly dataDir: string;
  /** The listening descriptor of the proxy. */
  readonly listenFd: number;
}

export function egressSandbox({ sandbox, place, dataDir, listenFd }: EgressSandbox): SandboxedCommand {
  const sources = ["workspaces/egress", "platform/network"];
  const shown = (name: string) => `${inside.program}/${name}`;
  return {
    sandbox,
    mark: markOf(place, "egress"),
    settings: path.join(place.settings, "egress"),
    user: egressUser,
    sharesNetwork: true,
    hidden: [sourceRoot, dataDir],
    view: [
      ["--ro-bind", process.execPath, inside.node],
      ...sources.map((name) => ["--ro-bind", path.join(sourceRoot, name), shown(name)]),
      // Without it Node would have to guess the module format of the sources.
      ["--ro-bind", path.join(place.settings, "package.json"), shown("package.json")],
    ],
    workingFolder: "/",
    command: [inside.node, shown("workspaces/egress/main.ts"), String(listenFd)],
  };
}
