// Builds the providers of model configs, with the quirks that their servers have taught.
import { createProviderShelf } from "../activities/provider/provider-shelf.ts";
import { createQuirkMemory } from "../activities/provider/quirk-memory.ts";
import { CarriedBytes } from "../models/http/carried-bytes.ts";
import type { Provider } from "../models/provider.ts";
import type { Config } from "../platform/config/config.ts";
import type { Logger } from "../platform/logger.ts";
import type { Reading } from "../platform/metrics.ts";
import { createSecretBox } from "../platform/secrets/secret-box.ts";
import type { ModelConfigRow } from "../store/model/resolve-model-config.ts";
import type { Store } from "../store/store.ts";

export interface LearningProviders {
  readonly providerOf: (model: ModelConfigRow) => Provider;
  /** What their requests may name. */
  readonly carried: CarriedBytes;
  readonly readings: readonly Reading[];
}

export function createLearningProviders(
  config: Config,
  { store, logger }: { readonly store: Store; readonly logger: Logger },
): LearningProviders {
  const carried = new CarriedBytes();
  const shelf = createProviderShelf({ ...config, secrets: createSecretBox(config), carried });
  const counts = { quirk: 0, unsealed: 0, "output-in-words": 0 };
  const providerOf = createQuirkMemory({
    store,
    logger,
    providerOf: (model) => shelf.providerOf(model),
    onLesson: ({ type }) => {
      counts[type]++;
    },
  });
  return {
    providerOf,
    carried,
    readings: [
      {
        name: "everturn_model_quirks_learnt_total",
        help: "Model calls that were refused because of their form, and accepted with a quirk",
        read: () => counts.quirk,
      },
      {
        name: "everturn_model_histories_unsealed_total",
        help: "Model calls whose signed or sealed parts were refused, and that were accepted without them",
        read: () => counts.unsealed,
      },
      {
        name: "everturn_model_output_schemas_refused_total",
        help: "Model calls whose output schema was refused, and that were accepted with it in words",
        read: () => counts["output-in-words"],
      },
    ],
  };
}
