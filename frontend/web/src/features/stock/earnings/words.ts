/** Reports, expectations and recommendations, in words and places. */
import type { EarningsReport, NextReport, Recommendation } from "@/api/types";

const DAY = 86_400_000;

/** How far off a day is, by the exchange's calendar: «today», «tomorrow», «in 12 days», «3 days ago». */
export function daysOff(on: string, today: string): string {
  const days = Math.round((Date.parse(on) - Date.parse(today)) / DAY);
  if (days === 0) return "today";
  if (Math.abs(days) === 1) return days > 0 ? "tomorrow" : "yesterday";
  return days > 0 ? `in ${String(days)} days` : `${String(-days)} days ago`;
}

/** «Q3 2026»; as far as it is told. */
export function quarterName(told: Pick<NextReport, "fiscal_year" | "fiscal_quarter">): string | null {
  if (told.fiscal_year === null) return null;
  return told.fiscal_quarter === null ? `FY ${String(told.fiscal_year)}` : `Q${String(told.fiscal_quarter)} ${String(told.fiscal_year)}`;
}

export type Outcome = "beat" | "met" | "missed" | "unknown";

export function outcome({ actual, estimate }: Pick<EarningsReport, "actual" | "estimate">): Outcome {
  if (actual === null || estimate === null) return "unknown";
  return actual > estimate ? "beat" : actual < estimate ? "missed" : "met";
}

/** How often it was above what was expected, of the reports of which both are known. */
export function record(reports: readonly EarningsReport[]): string {
  const known = reports.map(outcome).filter((one) => one !== "unknown");
  if (known.length === 0) return "Of no report both the result and what was expected are known.";
  const beat = known.filter((one) => one === "beat").length;
  return `Above what was expected in ${String(beat)} of ${String(known.length)} reports.`;
}

/** Places of expected and actual figures in one picture, in percent from the bottom; some room at both ends. */
export function places(reports: readonly EarningsReport[]): { actual: number | null; estimate: number | null }[] {
  const all = reports.flatMap(({ actual, estimate }) => [actual, estimate]).filter((value) => value !== null);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const size = high - low;
  const place = (value: number | null) => (value === null ? null : size === 0 ? 50 : 10 + (80 * (value - low)) / size);
  return reports.map(({ actual, estimate }) => ({ actual: place(actual), estimate: place(estimate) }));
}

export const VIEWS = [
  { name: "strong_buy", label: "Strong buy" },
  { name: "buy", label: "Buy" },
  { name: "hold", label: "Hold" },
  { name: "sell", label: "Sell" },
  { name: "strong_sell", label: "Strong sell" },
] as const;

export function analysts(one: Recommendation): number {
  return VIEWS.reduce((sum, view) => sum + one[view.name], 0);
}

/** What the newest month says, in a sentence. */
export function consensus(one: Recommendation): string {
  const all = analysts(one);
  if (all === 0) return "Nobody recommends anything.";
  const [buy, sell] = [one.strong_buy + one.buy, one.strong_sell + one.sell];
  return `Of ${String(all)} analysts ${String(buy)} say buy, ${String(one.hold)} hold and ${String(sell)} sell.`;
}
