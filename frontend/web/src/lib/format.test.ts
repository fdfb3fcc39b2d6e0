import { describe, expect, test } from "vitest";

import { ago, change, compact, day, duration, figure, money, number, price, perShare } from "./format";

describe("numbers", () => {
  test("unknown is a dash and never a zero", () => {
    for (const format of [price, change, compact]) expect(format(null)).toBe("—");
    expect(number(Number.NaN)).toBe("—");
    expect(money(null, "USD")).toBe("—");
  });

  test("a change carries its sign, and what rounds to zero carries none", () => {
    expect(change(0.01234)).toBe("+1.23%");
    expect(change(-0.5)).toBe("−50.00%");
    expect(change(-0.00001)).toBe("0.00%");
    expect(change(2.615)).toBe("+261.5%");
    expect(change(12.3)).toBe("+1,230%");
  });

  test("a price below one unit shows more decimals", () => {
    expect(price(0.2904)).toBe("0.2904");
    expect(price(1234.5)).toBe("1,234.50");
  });

  test("a unit that is no currency symbol follows its number", () => {
    expect(money(12.3, "USD")).toBe("$12.30");
    expect(money(1230, "GBX")).toBe("1,230.00 GBX");
    expect(money(1.5, null)).toBe("1.50");
  });

  test("each unit of a figure has its form", () => {
    expect(figure(0.25, "fraction")).toBe("+25.00%");
    expect(figure(1.234e6, "usd")).toBe("$1.23M");
    expect(figure(54.32, "index")).toBe("54.3");
  });
});

describe("times", () => {
  test("a session's date is not moved by a time zone", () => {
    expect(day("2026-03-08")).toBe("8 Mar 2026");
  });

  test("an age is told in one unit, by the clock that is passed in", () => {
    expect(ago("2026-11-20T21:00:00Z", "2026-11-20T21:00:20Z")).toBe("just now");
    expect(ago("2026-11-20T21:00:00Z", "2026-11-20T21:03:10Z")).toBe("3 min ago");
    expect(ago("2026-11-20T21:00:00Z", "2026-11-23T21:00:00Z")).toBe("3 days ago");
  });

  test("a length of time", () => {
    expect(duration(0.84)).toBe("0.8 s");
    expect(duration(185)).toBe("3 min 5 s");
    expect(duration(7800)).toBe("2 h 10 min");
  });
});

test("what is earned a share has cents, and a loss its sign before the currency", () => {
  expect(perShare(0.7467, "USD")).toBe("$0.75");
  expect(perShare(-1.2, "USD")).toBe("−$1.20");
  expect(perShare(-0.001, "SEK")).toBe("0.00 SEK");
  expect(perShare(null, "USD")).toBe("—");
});
