// Workspaces: drivers make the place. This file: whether an engine can hold workspaces, and what it cannot do.
import * as z from "zod";
import { WorkspaceError } from "../../driver.ts";
import type { EngineClient } from "./engine/engine-client.ts";

const infoAnswer = z.object({
  NCPU: z.number().nullish(),
  MemoryLimit: z.boolean().nullish(),
  PidsLimit: z.boolean().nullish(),
  CpuCfsQuota: z.boolean().nullish(),
  SecurityOptions: z.array(z.string()).nullish(),
});

// Node's names of architectures in Go's words, which engines use.
const engineArchitectures: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  arm: "arm",
  ppc64: "ppc64le",
  s390x: "s390x",
  riscv64: "riscv64",
};

/** Throws `sandbox_missing`; else warnings. `copiesOwnNode`: whether containers get the Node this process runs on. */
export async function probeEngine(
  engine: EngineClient,
  { copiesOwnNode }: { readonly copiesOwnNode: boolean },
): Promise<readonly string[]> {
  await engine.done({ method: "GET", path: "/_ping" });
  const { os, arch } = await engine.version();
  if (os !== "linux")
    throw new WorkspaceError(
      "sandbox_missing",
      `The container engine runs ${os} containers; workspaces need Linux ones.`,
    );
  const ours = engineArchitectures[process.arch] ?? process.arch;
  if (copiesOwnNode && (process.platform !== "linux" || ours !== arch))
    throw new WorkspaceError(
      "sandbox_missing",
      `The container engine runs linux/${arch}, but this process is ${process.platform}/${ours}: its Node cannot run in the containers. Run Everturn's worker on linux/${arch}.`,
    );
  return warningsOf(engine, await engine.json({ method: "GET", path: "/info" }, infoAnswer));
}

export async function cpusOf(engine: EngineClient, signal: AbortSignal): Promise<number> {
  const { NCPU } = await engine.json({ method: "GET", path: "/info", signal }, infoAnswer);
  return NCPU === undefined || NCPU === null || NCPU < 1 ? Number.POSITIVE_INFINITY : NCPU;
}

function warningsOf(engine: EngineClient, info: z.infer<typeof infoAnswer>): string[] {
  const warnings: string[] = [];
  const without = [
    ...(info.MemoryLimit === false ? ["memory"] : []),
    ...(info.PidsLimit === false ? ["process"] : []),
    ...(info.CpuCfsQuota === false ? ["CPU"] : []),
  ];
  if (without.length > 0)
    warnings.push(
      `The container engine cannot enforce ${without.join(", ")} limits: workspaces can take all there is.`,
    );
  const security = info.SecurityOptions ?? [];
  if (!security.some((option) => option.startsWith("name=seccomp")))
    warnings.push("The container engine runs without seccomp: system calls of workspaces are not filtered.");
  if (security.some((option) => option.startsWith("name=rootless")))
    warnings.push("The container engine is rootless: workspaces without network cannot be reached in it.");
  if (!engine.isThisMachine)
    warnings.push(
      `The container engine at ${engine.host} is another machine: agents are published on its loopback address only, so the worker must run there too.`,
    );
  return warnings;
}
