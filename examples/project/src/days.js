export const DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

/** Turns `Mo-We,Su` into a list of days. A range may run over the end of the week. */
export function expandDays(text) {
  return text.split(",").flatMap((piece) => {
    const [first, last = first] = piece.trim().split("-");
    const [start, end] = [DAYS.indexOf(first), DAYS.indexOf(last)];
    if (start < 0 || end < 0) throw new Error(`unknown day in ${piece}`);
    const length = ((end - start + DAYS.length) % DAYS.length) + 1;
    return Array.from({ length }, (_, offset) => DAYS[(start + offset) % DAYS.length]);
  });
}
