// A tiny call that tests a provider, made as a turn would make it.
import { type ProviderTest, testProvider } from "../../models/test-provider.ts";
import type { ProviderSource } from "../../store/model/resolve-model-config.ts";
import { createProviderShelf, type ProviderShelfDeps } from "./provider-shelf.ts";

/** @returns a function that never throws for what the provider or the network does */
export function createProviderTester(
  deps: ProviderShelfDeps,
): (source: ProviderSource, model: string) => Promise<ProviderTest> {
  const shelf = createProviderShelf(deps);
  return (source, model) => testProvider(() => shelf.providerOf({ provider: source.name, source }), model);
}
