// The worker is a composition root. This file: what refusals of models' servers have taught, in numbers for its metrics.
import type { Lesson } from "../models/provider.ts";
import type { Reading } from "../platform/metrics.ts";

export interface LessonCounts {
  readonly count: (lesson: Lesson) => void;
  readonly readings: readonly Reading[];
}

export function createLessonCounts(): LessonCounts {
  const counts = { quirk: 0, unsealed: 0 };
  return {
    count: ({ type }) => {
      counts[type]++;
    },
    readings: [
      {
        name: "everturn_model_quirks_learnt_total",
        help: "Calls of models that were refused for their shape, and taken with a quirk",
        read: () => counts.quirk,
      },
      {
        name: "everturn_model_histories_unsealed_total",
        help: "Calls of models whose signed or sealed parts were refused, and that were taken without",
        read: () => counts.unsealed,
      },
    ],
  };
}
