import { expect, test } from "vitest";

import type { EarningsReport, Recommendation } from "@/api/types";

import { analysts, consensus, daysOff, outcome, places, quarterName, record } from "./words";

const told = { provider: "finnhub", source: "finnhub", fetched_at: "2026-11-20T10:00:00Z" };
const report = (actual: number | null, estimate: number | null): EarningsReport => ({
  ...told, period: "2026-09-30", fiscal_year: 2026, fiscal_quarter: 3, actual, estimate, surprise: null, surprise_ratio: null, reported_on: null,
});

test("a day is told by how far off it is, over a change of the clock too", () => {
  expect(daysOff("2026-11-22", "2026-11-22")).toBe("today");
  expect(daysOff("2026-11-23", "2026-11-22")).toBe("tomorrow");
  expect(daysOff("2026-11-10", "2026-10-20")).toBe("in 21 days");
  expect(daysOff("2026-11-20", "2026-11-22")).toBe("2 days ago");
});

test("a report beats, meets or misses only where both figures are known", () => {
  expect([report(2, 1), report(1, 1), report(-1, 1), report(1, null)].map(outcome)).toEqual(["beat", "met", "missed", "unknown"]);
  expect(record([report(2, 1), report(0, 1), report(null, 1)])).toBe("Above what was expected in 1 of 2 reports.");
  expect(record([report(null, 1)])).toContain("no report");
});

test("figures of one picture share a scale, and equal ones stand in its middle", () => {
  expect(places([report(1, 0), report(null, 0.5)])).toEqual([{ actual: 90, estimate: 10 }, { actual: null, estimate: 50 }]);
  expect(places([report(2, 2)])).toEqual([{ actual: 50, estimate: 50 }]);
  expect(places([report(null, null)])).toEqual([{ actual: null, estimate: null }]);
});

test("quarters and recommendations in words", () => {
  expect(quarterName({ fiscal_year: 2027, fiscal_quarter: 1 })).toBe("Q1 2027");
  expect(quarterName({ fiscal_year: null, fiscal_quarter: 1 })).toBeNull();
  const one: Recommendation = { ...told, period: "2026-11-01", strong_buy: 2, buy: 3, hold: 4, sell: 1, strong_sell: 0 };
  expect(analysts(one)).toBe(10);
  expect(consensus(one)).toBe("Of 10 analysts 5 say buy, 4 hold and 1 sell.");
});
