import { expect, test } from "vitest";

import { altmanUnknown, signals, terms, zone } from "./health";
import { ratioGroups, ratioValue } from "./ratios";

test("a signal is met, not met or unknown, and a new one has a name of its own", () => {
  const found = signals({ score: 1, known: 2, of: 3, components: { profitable: 1, less_leverage: 0, some_thing: null } });
  expect(found.map((signal) => signal.met)).toEqual([true, false, null]);
  expect(found[2]?.label).toBe("Some thing");
});

test("Altman's terms add up, and unknown ones add nothing", () => {
  const found = terms({ score: null, known: 1, of: 2, components: { ebit: 0.2, retained_earnings: null } });
  expect(found[0]?.adds).toBeCloseTo(0.66);
  expect(found[1]?.adds).toBeNull();
});

test("zones are told, and why there is no score", () => {
  expect([zone(1.8).word, zone(1.81).word, zone(2.99).word, zone(3).word]).toEqual(["Distress", "Grey zone", "Grey zone", "Safe"]);
  expect(altmanUnknown({ score: null, known: 4, of: 5, components: {} })).toContain("Only 4 of its 5");
  expect(altmanUnknown({ score: null, known: 5, of: 5, components: {} })).toContain("banks");
});

test("ratios are written in their own way, and none that is told is left out", () => {
  expect(ratioValue(17.65, "times", "USD")).toBe("17.7×");
  expect(ratioValue(250.4, "times", "USD")).toBe("250×");
  expect(ratioValue(0.2571, "percent", null)).toBe("25.7%");
  expect(ratioValue(null, "ratio", null)).toBe("—");
  expect(ratioValue(8.2e8, "money", "EUR")).toBe("820M EUR");
  expect(ratioGroups({ brand_new: 1 }).at(-1)?.ratios[0]?.label).toBe("Brand new");
});
