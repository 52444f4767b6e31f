// Amounts of money that people type.

/** In millionths; null: it is no amount. */
export function microsOf(text: string): number | null {
  const money = Number(text.trim());
  return text.trim() === "" || !Number.isFinite(money) || money < 0 ? null : Math.round(money * 1_000_000);
}
