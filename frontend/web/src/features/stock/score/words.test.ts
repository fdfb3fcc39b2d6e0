import { expect, test } from "vitest";

import type { OverallPart } from "@/api/types";

import { correlation, monthLabel, monthName, points, tellable, weightWords } from "./words";

const part = (more: Partial<OverallPart>): OverallPart => ({
  name: "technical", label: "Technical", weight: 0.4, weight_used: 0.4, score: 80, missing: null, inputs: [], ...more,
});

test("a weight is told, and why it is another than the table's", () => {
  const missing = part({ name: "sentiment", label: "Sentiment", weight: 0.2, weight_used: 0, score: null, missing: "No news." });
  const more = part({ weight_used: 0.5 });
  expect(weightWords(part({}), [part({})])).toBe("40% of the score");
  expect(weightWords(more, [more, missing])).toBe("50% of the score in place of 40%, for sentiment is missing");
  expect(weightWords(missing, [more, missing])).toBe("20% by the table, not used");
});

test("a missing part adds nothing, which is not zero points", () => {
  expect(points(part({ weight_used: 0.5 }))).toBe(40);
  expect(points(part({ score: null, weight_used: 0 }))).toBeNull();
  expect(points(part({ weight_used: 0 }))).toBeNull();
});

test("a correlation has its sign, and what rounds to zero has none", () => {
  expect([correlation(0.0412), correlation(-0.2), correlation(-0.0001), correlation(null)]).toEqual(["+0.041", "−0.200", "0.000", "—"]);
});

test("a mean is told from nothing only beyond two of its errors", () => {
  expect(tellable({ mean: 0.05, standard_error: 0.02 })).toBe(true);
  expect(tellable({ mean: -0.03, standard_error: 0.02 })).toBe(false);
  expect(tellable({ mean: 0.5, standard_error: null })).toBe(false);
});

test("months are short, and January says the year", () => {
  expect([monthLabel("2026-01-01"), monthLabel("2026-03-01"), monthName("2026-03-01")]).toEqual(["2026", "Mar", "Mar 2026"]);
});
