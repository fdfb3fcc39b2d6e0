import { expect, test } from "vitest";

import { known, movingAverage, rangeStart, summary, within, type KnownBar } from "./series";

function bar(session: string, close: number): KnownBar {
  return { session, open: close, high: close + 1, low: close - 1, close, volume: 100, source: 1 };
}

test("a moving average is unknown until there are enough bars", () => {
  const bars = [1, 2, 3, 4].map((close, index) => bar(`2026-01-0${String(index + 1)}`, close));

  expect(movingAverage(bars, 3)).toEqual([null, null, 2, 3]);
});

test("a bar without a price is left out, not drawn as zero", () => {
  const empty = { session: "2026-01-02", open: null, high: null, low: null, close: null, volume: null, source: 1 };

  expect(known([{ ...bar("2026-01-01", 5), source: 1 }, empty])).toHaveLength(1);
});

test("a range of months ends on the last day that its first month has", () => {
  expect(rangeStart("1M", "2026-03-31")).toBe("2026-02-28");
  expect(rangeStart("1Y", "2024-02-29")).toBe("2023-02-28");
  expect(rangeStart("YTD", "2026-11-20")).toBe("2026-01-01");
  expect(rangeStart("All", "2026-11-20")).toBeNull();
});

test("a range keeps the bars from its first day on", () => {
  const bars = [bar("2026-10-19", 1), bar("2026-10-20", 2), bar("2026-11-20", 3)];

  expect(within(bars, "1M").map((one) => one.close)).toEqual([2, 3]);
});

test("the summary says direction, ends, high and low", () => {
  const text = summary([bar("2026-10-20", 100), bar("2026-10-21", 80), bar("2026-11-20", 110)], "1M");

  expect(text).toBe(
    "Up 10.00% over 1M: from 100.00 to 110.00. High 111.00 on 20 Nov 2026, low 79.00 on 21 Oct 2026.",
  );
});
