import { expect, test } from "vitest";

import type { FundamentalFigure, FundamentalPeriod, Fundamentals } from "@/api/types";

import { cell, columns, doubtWords, exact, filingLink, full, groups, origin, periodName, scaleOf, tableScale, yearBefore } from "./statements";

const figure = (value: number, more: Partial<FundamentalFigure> = {}): FundamentalFigure => ({
  value, derived: false, known_on: "2026-02-24", accessions: ["0000320193-26-000004"], tags: ["us-gaap:Revenues"], ...more,
});
const period = (end: string, figures: FundamentalPeriod["figures"], more: Partial<FundamentalPeriod> = {}): FundamentalPeriod => ({
  start: "2025-02-01", end, fiscal_year: 2026, quarter: null, transition: false, figures, ...more,
});
const LINES: Fundamentals["lines"] = [
  { name: "revenue", label: "Revenue", unit: "money" },
  { name: "tax", label: "Income tax", unit: "money" },
  { name: "assets", label: "Total assets", unit: "money" },
  { name: "goodwill", label: "Goodwill", unit: "money" },
];
const TOLD: Fundamentals = {
  symbol: "ABC", as_of: "2026-11-22", currency: "USD", period_end: "2026-07-31", lines: LINES,
  years: [
    period("2026-01-31", { revenue: figure(260e6), assets: figure(300e6), tax: null }),
    period("2025-01-31", { revenue: figure(250e6), assets: null, tax: null, goodwill: figure(1e6) }),
  ],
  quarters: [period("2026-07-31", { revenue: figure(66e6), assets: figure(310e6), tax: null }, { quarter: 2, fiscal_year: 2027 })],
  trailing: { revenue: figure(261e6, { derived: true }), tax: null },
  ratios: {}, piotroski: null, altman: null, doubts: [], supplements: [], checks: [],
};

test("twelve months stand first, with the balance of their last day and no other", () => {
  const [trailing, newest] = columns(TOLD, false);
  expect([trailing?.name, trailing?.until]).toEqual(["12 months", "2026-07-31"]);
  expect(trailing?.figures.revenue?.value).toBe(261e6);
  expect(trailing?.figures.assets?.value).toBe(310e6);
  expect(newest?.name).toBe("FY 2026");
  expect(columns(TOLD, true).map((column) => column.name)).toEqual(["12 months", "Q2 2027"]);
  // The balance of another day is not that of the twelve months.
  expect(columns({ ...TOLD, quarters: [] }, false)[0]?.figures.assets).toBeUndefined();
});

test("lines that nobody told are named and not drawn; a line that no group has stands at the end", () => {
  const found = groups(LINES, columns(TOLD, false));
  expect(found.map((group) => group.title)).toEqual(["Income", "Balance sheet", "Other"]);
  expect(found[0]?.untold.map((line) => line.label)).toEqual(["Income tax"]);
  expect(found[2]?.lines.map((line) => line.name)).toEqual(["goodwill"]);
});

test("one scale for a table, and full figures where they are asked for", () => {
  expect(scaleOf([4.2e9, -1])).toEqual({ divisor: 1e6, decimals: 0, word: "millions" });
  expect(scaleOf([-9e5]).word).toBe("thousands");
  expect(scaleOf([]).word).toBe("");
  const scale = tableScale(LINES, columns(TOLD, false));
  expect(cell(-1_234_567, "money", scale)).toBe("−1.2");
  expect(cell(3.145, "per_share", scale)).toBe("3.15");
  expect(exact(1.573299, "per_share")).toBe("1.5733");
  expect(full(1.5, "per_share", "USD")).toBe("1.50 USD a share");
  expect(full(12, "money", null)).toBe("12");
  expect(full(null, "money", "USD")).toBe("—");
});

test("a figure says where it is from", () => {
  expect(origin(figure(1), "2026-01-31")).toBe("As filed, known since 24 Feb 2026");
  expect(origin(figure(1), "2025-01-31")).toBe("As a later filing tells it, known since 24 Feb 2026");
  expect(origin(figure(1, { derived: true, accessions: ["a", "b"] }), "2026-01-31")).toBe(
    "Worked out from facts of 2 filings, known since 24 Feb 2026",
  );
});

test("a filing has a link only where its number and its company are known", () => {
  expect(filingLink("0000320193-26-000004", "0000320193")).toBe(
    "https://www.sec.gov/Archives/edgar/data/320193/000032019326000004/0000320193-26-000004-index.htm",
  );
  expect(filingLink("0000320193-26-000004", null)).toBeNull();
  expect(filingLink("javascript:alert(1)", "0000320193")).toBeNull();
});

test("a doubt tells both figures and which counts", () => {
  const doubt = { line: "revenue", end: "2026-01-31", value: 1000, before: 1_000_000, times: 0.001, accessions: ["a", "b"] };
  expect(doubtWords(doubt, "Revenue", "money", "USD")).toBe(
    "Revenue of the period to 31 Jan 2026: the earlier filing told 1,000 times as much (1,000,000 USD, then 1,000 USD). " +
      "One of them has the wrong scale; the later one counts.",
  );
});

test("periods have names, and a year before is a year before", () => {
  expect(periodName({ fiscal_year: 2027, quarter: 2, transition: false })).toBe("Q2 2027");
  expect(periodName({ fiscal_year: null, quarter: null, transition: true })).toBe("Transition");
  const shown = columns(TOLD, false);
  expect(shown[1] && yearBefore("revenue", shown[1], shown)).toBe(250e6);
  expect(shown[0] && yearBefore("revenue", shown[0], shown)).toBeNull();
});
