// The sandbox of a workspace: its files, the agent, and what programs need of this machine.
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { rgPath } from "@vscode/ripgrep";
import { diskMibOf } from "../../../../core/workspace/workspace-plan.ts";
import type { WorkspacePlan } from "../../../driver.ts";
import { egressPort } from "../../../egress/egress-environment.ts";
import { socketFd } from "../bind-socket.ts";
import { inside, type WorkspacePlace } from "../place/workspace-place.ts";
import { markOf, type Sandbox, type SandboxedCommand } from "./sandbox-command.ts";
import { userInside } from "./sandbox-user.ts";
import { isShown } from "./system-view.ts";

/** Everturn's own sources, which no workspace sees. */
export const sourceRoot = fileURLToPath(new URL("../../../..", import.meta.url));

const bytesPerMib = 1024 * 1024;

export interface AgentSandbox {
  readonly sandbox: Sandbox;
  readonly place: WorkspacePlace;
  readonly plan: WorkspacePlan;
  /** The agent as one file. */
  readonly bundle: string;
  readonly dataDir: string;
  /** A descriptor to keep open until the sandbox ends. */
  readonly heldFd?: number;
}

export function agentSandbox(start: AgentSandbox): SandboxedCommand {
  const { sandbox, place, plan, heldFd } = start;
  const isFiltered = plan.network === true;
  const egress = isFiltered ? ["--egress", `${egressPort}:${inside.egressSocket}`] : [];
  return {
    sandbox,
    mark: markOf(place, "agent"),
    settings: place.settings,
    user: userInside(place.id),
    sharesNetwork: plan.network === "unfiltered",
    hidden: [sourceRoot, start.dataDir],
    view: [
      ...ownSettings(place, plan),
      ...ownPrograms(start.bundle),
      ["--symlink", "/tmp", "/var/tmp"],
      // On the disk, because memory is not limited.
      ["--bind", place.tmp, "/tmp"],
      ["--bind", place.shm, "/dev/shm"],
      ["--bind", place.state, inside.state],
      ["--bind", place.files, inside.workspace],
      ...(isFiltered ? [["--ro-bind", place.egressSocket, inside.egressSocket]] : []),
    ],
    workingFolder: inside.workspace,
    ...(heldFd !== undefined && { heldFd }),
    limits: { pids: plan.limits.pids, fileBytes: diskMibOf(plan) * bytesPerMib },
    command: [
      [inside.node, inside.agent, "--root", inside.workspace, "--state", inside.state],
      ["--listen-fd", String(socketFd), "--rg", inside.rg, "--env-file", inside.environment],
      ["--disk-mib", String(diskMibOf(plan)), "--disk-folder", "/tmp", "--disk-folder", "/dev/shm"],
      egress,
    ].flat(),
  };
}

/** Users and host names, written for this workspace. */
function ownSettings(place: WorkspacePlace, { network }: WorkspacePlan): string[][] {
  const names = network === "unfiltered" ? ["passwd", "group"] : ["passwd", "group", "hosts"];
  const setting = (name: string, to: string) => ["--ro-bind", path.join(place.settings, name), to];
  return [
    ...names.map((name) => setting(name, `/etc/${name}`)),
    setting("environment.json", inside.environment),
  ];
}

function ownPrograms(bundle: string): string[][] {
  const own = [
    ["--ro-bind", process.execPath, inside.node],
    ["--ro-bind", rgPath, inside.rg],
    ["--ro-bind", bundle, inside.agent],
  ];
  const npm = path.join(path.dirname(process.execPath), "..", "lib", "node_modules", "npm");
  // The npm that came with this Node. A system's npm is in /usr, which is shown anyway.
  if (!existsSync(npm) || isShown(npm)) return own;
  const npmInside = `${inside.program}/lib/node_modules/npm`;
  const link = (name: string) => [
    "--symlink",
    `${npmInside}/bin/${name}-cli.js`,
    `${inside.programs}/${name}`,
  ];
  return [...own, ["--ro-bind", npm, npmInside], link("npm"), link("npx")];
}
