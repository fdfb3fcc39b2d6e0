/** Arithmetic on the bars of one stock. Nothing is filled: a session without a bar stays without one. */
import type { Bar } from "@/api/types";
import { change, day, price } from "@/lib/format";

import type { Range } from "./search";

export interface KnownBar {
  session: string;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number | null;
  source: number | null;
}

/** The bars that can be drawn, oldest first. */
export function known(bars: Bar[]): KnownBar[] {
  return bars.filter(
    (bar): bar is KnownBar & Bar => bar.open !== null && bar.high !== null && bar.low !== null && bar.close !== null,
  );
}

/** The mean of each bar's close and the `length - 1` closes before it; unknown where there are fewer. */
export function movingAverage(bars: KnownBar[], length: number): (number | null)[] {
  let sum = 0;
  return bars.map((bar, index) => {
    sum += bar.close;
    const left = bars[index - length];
    if (left) sum -= left.close;
    return index >= length - 1 ? sum / length : null;
  });
}

/** The first day of a range that ends on `last`; `null` for all there is. */
export function rangeStart(range: Range, last: string): string | null {
  const end = new Date(`${last}T00:00:00Z`);
  const months: Partial<Record<Range, number>> = { "1M": 1, "3M": 3, "6M": 6, "1Y": 12, "2Y": 24 };
  if (range === "All") return null;
  if (range === "YTD") return `${String(end.getUTCFullYear())}-01-01`;
  const date = end.getUTCDate();
  end.setUTCDate(1);
  end.setUTCMonth(end.getUTCMonth() - (months[range] ?? 0));
  const longest = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
  end.setUTCDate(Math.min(date, longest));
  return end.toISOString().slice(0, 10);
}

/** The bars of a range. */
export function within(bars: KnownBar[], range: Range): KnownBar[] {
  const last = bars.at(-1);
  const start = last && rangeStart(range, last.session);
  return start ? bars.filter((bar) => bar.session >= start) : bars;
}

/** The picture in one sentence, for those who do not see it. */
export function summary(bars: KnownBar[], range: Range): string {
  const first = bars[0];
  const last = bars.at(-1);
  if (!first || !last) return "There is no price in this range.";
  let high = first;
  let low = first;
  for (const bar of bars) {
    if (bar.high > high.high) high = bar;
    if (bar.low < low.low) low = bar;
  }
  const moved = last.close / first.close - 1;
  const direction = moved > 0 ? "Up" : moved < 0 ? "Down" : "Unchanged";
  const span = range === "All" ? `since ${day(first.session)}` : `over ${range}`;
  return (
    `${direction} ${change(Math.abs(moved)).replace("+", "")} ${span}: from ${price(first.close)} to ${price(last.close)}. ` +
    `High ${price(high.high)} on ${day(high.session)}, low ${price(low.low)} on ${day(low.session)}.`
  );
}
