// Providers that remember what refusals have taught them (SPEC X10).
import type { Logger } from "pino";
import type { Lesson, ModelEvent, ModelRequest, Provider, StreamOptions } from "../../models/provider.ts";
import { findQuirk } from "../../models/quirks/quirk-table.ts";
import { rememberQuirk } from "../../store/model/model-quirks.ts";
import type { ModelConfigRow } from "../../store/model/resolve-model-config.ts";
import type { Store } from "../../store/store.ts";

export interface QuirkMemoryDeps {
  readonly store: Store;
  readonly providerOf: (model: ModelConfigRow) => Provider;
  readonly logger: Logger;
  /** Told of each lesson that a server took, whether it was new or not. */
  readonly onLesson: (lesson: Lesson) => void;
}

/** Wraps `providerOf`: every call of a model, whatever it is for, is made with what is known, and what it teaches is kept. */
export function createQuirkMemory(deps: QuirkMemoryDeps): (model: ModelConfigRow) => Provider {
  return (model) => {
    const provider = deps.providerOf(model);
    return {
      ...provider,
      stream: (request, options) => rememberingStream(deps, { model, provider }, { request, options }),
    };
  };
}

interface Called {
  readonly model: ModelConfigRow;
  readonly provider: Provider;
}

interface Asking {
  readonly request: ModelRequest;
  readonly options: StreamOptions;
}

async function* rememberingStream(
  deps: QuirkMemoryDeps,
  called: Called,
  { request, options }: Asking,
): AsyncGenerator<ModelEvent> {
  // One after the other: their order counts.
  let learning: Promise<void> = Promise.resolve();
  const onLesson = (lesson: Lesson) => {
    deps.onLesson(lesson);
    if (lesson.type === "quirk") learning = learning.then(() => remember(deps, called, lesson));
    options.onLesson?.(lesson);
  };
  try {
    yield* called.provider.stream({ ...request, quirks: knownQuirks(called) }, { ...options, onLesson });
  } finally {
    // The turn's next call is to know it.
    await learning;
  }
}

/** Of this address and this dialect: a seeded provider's row does not say where the environment leads. */
function knownQuirks({ model, provider }: Called): readonly string[] {
  return model.quirks
    .filter(({ base_url, api }) => base_url === (provider.base_url ?? "") && api === provider.dialect)
    .map(({ quirk }) => quirk);
}

async function remember(
  { store, logger }: QuirkMemoryDeps,
  { model, provider }: Called,
  { name, words }: Extract<Lesson, { type: "quirk" }>,
): Promise<void> {
  const { provider_id } = model;
  const about = findQuirk(name)?.about ?? "";
  const place = { base_url: provider.base_url, api: provider.dialect, model: model.model };
  logger.info({ provider: provider.name, ...place, quirk: name }, `learnt of a model's server: it ${about}`);
  if (provider_id === null) return;
  try {
    await rememberQuirk(store, { provider_id, ...place }, { quirk: name, about, words });
  } catch (error) {
    // The answer goes on; the next call learns it again.
    logger.warn({ err: error, quirk: name }, "a quirk could not be remembered");
  }
}
