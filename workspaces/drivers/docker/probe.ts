// Whether an engine can hold workspaces, and what it cannot do.
import * as z from "zod";
import { WorkspaceError } from "../../driver.ts";
import type { Engine } from "./engine.ts";

const infoAnswer = z.object({
  NCPU: z.number().nullish(),
  MemoryLimit: z.boolean().nullish(),
  PidsLimit: z.boolean().nullish(),
  CpuCfsQuota: z.boolean().nullish(),
  SecurityOptions: z.array(z.string()).nullish(),
});

// There is a Node and a ripgrep for these.
const architectures = ["amd64", "arm64"];

/** Throws `sandbox_missing`; else warnings. */
export async function probeEngine(engine: Engine): Promise<readonly string[]> {
  const { os, arch } = await engine.platform();
  if (os !== "linux" || !architectures.includes(arch))
    throw new WorkspaceError(
      "sandbox_missing",
      `The container engine runs ${os}/${arch} containers; workspaces need Linux ones, on ${architectures.join(" or ")}.`,
    );
  return warningsOf(await infoOf(engine));
}

/** What containers may ask for; null where the engine refuses any limit, as rootless ones do without a delegated controller. */
export async function cpusOf(engine: Engine): Promise<number | null> {
  const { NCPU, CpuCfsQuota } = await infoOf(engine);
  if (CpuCfsQuota === false) return null;
  return NCPU === undefined || NCPU === null || NCPU < 1 ? Number.POSITIVE_INFINITY : NCPU;
}

function infoOf(engine: Engine): Promise<z.infer<typeof infoAnswer>> {
  return engine.read(
    "describe itself",
    infoAnswer,
    (docker, options) => docker.info(options as never) as unknown as Promise<unknown>,
  );
}

function warningsOf(info: z.infer<typeof infoAnswer>): string[] {
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
  return warnings;
}
