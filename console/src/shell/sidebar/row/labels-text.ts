// Labels as a line of text, and back. Pure.

export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}:${value}`)
    .join(", ");
}

/** The labels, or what is wrong with the text, in a sentence. The server has the last word. */
export function parseLabels(text: string): Record<string, string> | string {
  const labels: Record<string, string> = {};
  for (const piece of text.split(",").map((each) => each.trim())) {
    if (piece === "") continue;
    const colon = piece.indexOf(":");
    const key = piece.slice(0, colon).trim();
    if (colon < 1 || key === "") return `“${piece}” has no key: write key:value.`;
    if (key in labels) return `The key “${key}” is there twice.`;
    labels[key] = piece.slice(colon + 1).trim();
  }
  return labels;
}
