// The worker's `fetch_url`, where the deployment allows it. It is loaded with the first turn.
import type { Config } from "../platform/config/config.ts";
import { createGuardedFetch } from "../platform/network/guarded-fetch.ts";
import type { Tool } from "../tools/tool.ts";
import type { ToolSource } from "../tools/tools-of.ts";

export function createWorkerWeb({ fetchUrl }: Pick<Config, "fetchUrl">): ToolSource {
  let opened: Promise<readonly Tool[]> | undefined;
  const open = async () => {
    const { createFetchUrl } = await import("../tools/web/fetch-url.ts");
    return [createFetchUrl({ fetch: createGuardedFetch(fetchUrl.addressRules) })];
  };
  return { toolsOf: () => (fetchUrl.isOn ? (opened ??= open()) : Promise.resolve([])) };
}
