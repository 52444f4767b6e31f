// Creates the folders and settings of a workspace's sandbox, anew at each start of its agent.
import { chmod, lchown, lstat, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { giveTree } from "../../../agent/files/place/tree-cursor.ts";
import type { WorkspacePlan } from "../../../driver.ts";
import { egressEnvironment } from "../../../egress/egress-environment.ts";
import { workspaceVariable } from "../find-processes.ts";
import { ownerOutside, userInside } from "../sandbox/sandbox-user.ts";
import { pathInside } from "../sandbox/system-view.ts";
import { removeTree } from "./remove-tree.ts";
import { inside, type WorkspacePlace } from "./workspace-place.ts";

/** Creates what is missing, and empties what lives only as long as the agent. `files` must exist. */
export async function makeFolders(
  place: WorkspacePlace,
  plan: WorkspacePlan,
  isBare: boolean,
): Promise<void> {
  const owner = isBare ? null : ownerOutside(place.id);
  // What a dead agent left: its sockets and temporary files.
  for (const folder of [place.run, place.tmp, place.shm, place.settings]) await removeTree(folder);
  await mkdir(place.settings);
  // Only for us, and shown to no sandbox: it holds the socket of the agent.
  await makeFolder(place.run, { mode: 0o700, owner: null });
  await makeFolder(place.state, { mode: 0o700, owner });
  for (const folder of [place.tmp, place.shm]) await makeFolder(folder, { mode: 0o1777, owner });
  // Everturn may have run as another user before, as root or not.
  if (owner !== null && (await lstat(place.files)).uid !== owner) {
    await giveTree(place.files, owner);
    await giveTree(place.state, owner);
  }
  await writeSettings(place, isBare ? bareEnvironment(place, plan) : environmentInside(plan));
}

function bareEnvironment(place: WorkspacePlace, plan: WorkspacePlan) {
  return { PATH: process.env["PATH"], ...plan.env, [workspaceVariable]: place.files };
}

function environmentInside({ env, network }: WorkspacePlan) {
  const egress = network === true ? egressEnvironment() : {};
  return { PATH: pathInside(inside.programs, process.env["PATH"]), ...egress, ...env };
}

async function makeFolder(
  folder: string,
  { mode, owner }: { readonly mode: number; readonly owner: number | null },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, mode);
  if (owner !== null) await lchown(folder, owner, owner);
}

async function writeSettings(place: WorkspacePlace, environment: object): Promise<void> {
  const user = userInside(place.id);
  const texts: Record<string, string> = {
    passwd: `root:x:0:0:root:/root:/bin/sh\nworkspace:x:${user}:${user}:workspace:${inside.workspace}:/bin/bash\n`,
    group: `root:x:0:\nworkspace:x:${user}:\n`,
    hosts: "127.0.0.1 localhost workspace\n::1 localhost\n",
    "package.json": '{"type":"module"}\n',
    "environment.json": JSON.stringify(environment),
  };
  for (const [name, text] of Object.entries(texts)) {
    const file = path.join(place.settings, name);
    await writeFile(file, text);
    // Another user reads it if we are root. The umask must not matter.
    await chmod(file, 0o644);
  }
}
