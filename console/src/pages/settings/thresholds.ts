// Compaction thresholds between the form, where all is text, and the call.

type Typed = Readonly<Record<string, string>>;

/** Faults by the field's path. */
export function checkThresholds(typed: Typed): Record<string, string> {
  const wrong = Object.entries(typed).filter(
    ([, text]) => text.trim() !== "" && !/^\d{1,3}$/.test(text.trim()),
  );
  return Object.fromEntries(
    wrong.map(([id]) => [`compaction_thresholds.${id}`, "Write a whole number of percent."]),
  );
}

/** Those that were given; an empty one is the model's own. */
export function thresholdsOf(typed: Typed): Record<string, number> {
  const given = Object.entries(typed).filter(([, text]) => text.trim() !== "");
  return Object.fromEntries(given.map(([id, text]) => [id, Number(text)]));
}
