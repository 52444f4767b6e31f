// Which build of the worker this program is.
import { hashOfSources } from "../../platform/programs/build-once.ts";
import { UNVERSIONED } from "../../store/presence/worker-builds.ts";

/** Whatever a worker runs. Programs with the same sources are the same build, wherever they were checked out. */
const SOURCES = [
  "core",
  "workflows",
  "activities",
  "models",
  "tools",
  "workspaces",
  "store",
  "delivery",
  "platform",
  "worker",
  "package-lock.json",
];

/** What the configuration says for "made from the sources". */
const BUILD_ID_AUTO = "auto";

/** The id that is made from the sources of this program: 16 hexadecimal digits. */
export function sourcesBuildId(): Promise<string> {
  return hashOfSources(SOURCES);
}

/** The build of a worker with this configuration; empty: a worker without a build. */
export async function buildIdOf(configured: string | undefined): Promise<string> {
  if (configured === undefined) return UNVERSIONED;
  return configured === BUILD_ID_AUTO ? sourcesBuildId() : configured;
}

/** How people call a build. */
export function nameOfBuild(buildId: string): string {
  return buildId === UNVERSIONED ? "unversioned" : buildId;
}

/** The build that people call so. */
export function buildOfName(name: string): string {
  return name === "unversioned" ? UNVERSIONED : name;
}
