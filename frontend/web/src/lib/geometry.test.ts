import { expect, test } from "vitest";

import { barGeometry, dayPlaces, linePath } from "./geometry";

test("bars stand on zero, up and down, and what is unknown has none", () => {
  const { zero, bars, low, high } = barGeometry([3, null, -1]);
  expect([zero, low, high]).toEqual([25, -1, 3]);
  expect(bars).toEqual([{ from: 25, to: 100 }, null, { from: 0, to: 25 }]);
});

test("a scale starts at zero, and small values stay small on one that is given", () => {
  expect(barGeometry([80, 100]).bars[0]).toEqual({ from: 0, to: 80 });
  const around = barGeometry([0.01], [], 0.1);
  expect(around.zero).toBe(50);
  expect(around.bars[0]?.to).toBeCloseTo(55);
});

test("an error reaches around the end of its bar, and the scale has room for it", () => {
  const { whiskers, high } = barGeometry([1, 2], [null, 2]);
  expect(high).toBe(4);
  expect(whiskers).toEqual([null, { from: 0, to: 100 }]);
});

test("nothing known draws nothing and breaks nothing", () => {
  expect(barGeometry([null]).bars).toEqual([null]);
  expect(barGeometry([]).zero).toBe(0);
  expect(linePath([null, Number.NaN], [0, 100], 0, 1)).toBe("");
});

test("a line keeps its gaps, and days are as far apart as they are", () => {
  const places = dayPlaces(["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-11"]);
  expect(places).toEqual([0, 10, 20, 100]);
  expect(linePath([0, 100, null, 50], places, 0, 100)).toBe("M0.00 100.00L10.00 0.00M100.00 50.00h0");
  expect(dayPlaces(["2026-01-01"])).toEqual([0]);
});
