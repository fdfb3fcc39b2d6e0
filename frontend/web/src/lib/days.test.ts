import { expect, test } from "vitest";

import { addDays, exchangeDay, isDay, weekday, weekOf } from "./days";

test("it is yesterday at the exchange until its midnight", () => {
  expect(exchangeDay("2026-11-23T04:59:00Z")).toBe("2026-11-22");
  expect(exchangeDay("2026-11-23T05:00:00Z")).toBe("2026-11-23");
});

test("a week begins on Monday, and at the weekend the next one is meant", () => {
  expect(weekOf("2026-11-23")).toBe("2026-11-23");
  expect(weekOf("2026-11-27")).toBe("2026-11-23");
  expect(weekOf("2026-11-28")).toBe("2026-11-30");
  expect(weekOf("2026-11-29")).toBe("2026-11-30");
  expect(addDays("2026-02-27", 3)).toBe("2026-03-02");
});

test("only days are days", () => {
  expect([isDay("2026-11-23"), isDay("2026-13-23"), isDay(20261123), isDay("23.11.2026")]).toEqual([true, false, false, false]);
  expect(weekday("2026-11-23")).toBe("Monday 23 November");
});
