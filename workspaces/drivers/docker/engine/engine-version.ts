// Workspaces: drivers make the place. This file: which version of the engine's API is spoken. Pure.
import * as z from "zod";
import { WorkspaceError } from "../../../driver.ts";

export interface ApiVersion {
  /** `1.54`: what stands in the paths. */
  readonly api: string;
  /** Of the engine itself, for people. */
  readonly engine: string;
  readonly os: string;
  readonly arch: string;
}

// From Docker 20.10 of 2020 (the oldest distribution still kept) to the newest document the tests check against.
const oldestApiVersion = "1.41";
const newestApiVersion = "1.54";
// Until then engines let two networks have one name unless asked not to.
const uniqueNetworkNamesSince = "1.44";

const versionAnswer = z.object({
  ApiVersion: z.string().regex(/^\d+\.\d+$/),
  MinAPIVersion: z.string().optional(),
  Version: z.string().optional(),
  Os: z.string(),
  Arch: z.string(),
});

/** The newest version both sides know, from the answer to `GET /version`. Throws `sandbox_missing` when there is none. */
export function chooseApiVersion(answer: unknown): ApiVersion {
  const parsed = versionAnswer.safeParse(answer);
  if (!parsed.success)
    throw new WorkspaceError(
      "sandbox_missing",
      `What answers is no container engine: ${z.prettifyError(parsed.error)}`,
    );
  const { ApiVersion, MinAPIVersion, Version, Os, Arch } = parsed.data;
  if (isOlder(ApiVersion, oldestApiVersion))
    throw new WorkspaceError(
      "sandbox_missing",
      `The container engine speaks API ${ApiVersion}; Everturn needs ${oldestApiVersion} (Docker 20.10) or newer.`,
    );
  if (MinAPIVersion !== undefined && isOlder(newestApiVersion, MinAPIVersion))
    throw new WorkspaceError(
      "sandbox_missing",
      `The container engine wants API ${MinAPIVersion} at least; this Everturn knows it up to ${newestApiVersion}.`,
    );
  const api = isOlder(ApiVersion, newestApiVersion) ? ApiVersion : newestApiVersion;
  return { api, engine: Version ?? "of unknown version", os: Os, arch: Arch };
}

/** Whether the engine keeps names of networks unique by itself. */
export function keepsNetworkNamesUnique(version: ApiVersion): boolean {
  return !isOlder(version.api, uniqueNetworkNamesSince);
}

function isOlder(one: string, other: string): boolean {
  const [major = 0, minor = 0] = one.split(".").map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split(".").map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}
