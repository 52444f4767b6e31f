// Guesses which existing name somebody meant by one that does not exist.

/** Longer names are compared only by their beginning, because the cost is quadratic. */
const comparedCharsMax = 64;

/** Levenshtein distance, row by row. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replace = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

function score(wanted: string, name: string): number {
  const [left, right] = [wanted, name].map((text) => text.toLowerCase().slice(0, comparedCharsMax));
  if (left === undefined || right === undefined || left === right) return 0;
  if (right.includes(left) || left.includes(right)) return 1;
  return distance(left, right);
}

/** At most `namesMax` names that are most like `wanted`, best first. Empty if none is similar. */
export function nearestNames(wanted: string, names: readonly string[], namesMax: number): readonly string[] {
  const farthest = Math.max(2, Math.floor(Math.min(wanted.length, comparedCharsMax) / 2));
  return names
    .map((name) => ({ name, score: score(wanted, name) }))
    .filter((candidate) => candidate.score <= farthest)
    .sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
    .slice(0, namesMax)
    .map((candidate) => candidate.name);
}
