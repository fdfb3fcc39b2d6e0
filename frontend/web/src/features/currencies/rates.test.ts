import { describe, expect, test } from "vitest";

import type { FxRates } from "@/api/types";

import { amountText, column, convert, currencyName, moved, rateText } from "./rates";
import { currenciesSearch } from "./search";

const rate = (quote: string, value: string, day = "2026-11-20") => ({ quote, rate: value, day, computed: false });

const EURO: FxRates = {
  base: "EUR",
  day: "2026-11-20",
  rates: [rate("USD", "1.15"), rate("JPY", "181.34"), rate("RUB", "117.2", "2022-03-01")],
  source: null,
  history_from: "1999-01-04",
  words: "",
};

describe("a rate", () => {
  test("keeps what was published, and ends where its figures end", () => {
    expect(rateText({ rate: "1.15" })).toBe("1.1500");
    expect(rateText({ rate: "0.88071" })).toBe("0.88071");
    expect(rateText({ rate: "19247.15" })).toBe("19,247.15");
    expect(rateText({ rate: "0.005514504246", computed: true })).toBe("0.00551450");
  });

  test("stands with its point below those of the others", () => {
    expect(column([{ rate: "1.1539" }, { rate: "381.95" }])).toEqual(["1.1539", "381.95\u2007\u2007"]);
    expect(column([])).toEqual([]);
  });

  test("has moved only where both rates are known", () => {
    expect(moved("1.1", "1.0")).toBeCloseTo(0.1);
    expect(moved("1.1", undefined)).toBeNull();
  });
});

describe("converting", () => {
  test("goes both ways and through the euro", () => {
    expect(convert(100, "EUR", "USD", EURO)).toEqual({ amount: "115.0000000000000000", one: "1.1500", day: "2026-11-20" });
    expect(Number(convert(115, "USD", "EUR", EURO)?.amount)).toBe(100);
    expect(convert(1, "USD", "JPY", EURO)).toMatchObject({ one: "157.687" });
    expect(Number(convert(5, "USD", "USD", EURO)?.amount)).toBe(5);
  });

  test("rounds half a cent as one reckons on paper", () => {
    const exact = (amount: number, rate: string) =>
      amountText(convert(amount, "EUR", "USD", { ...EURO, rates: [{ quote: "USD", rate, day: "2026-11-20", computed: false }] })?.amount ?? "", "USD");

    expect(exact(1, "1.005")).toBe("1.01 USD");
    expect(exact(100, "1.15")).toBe("115.00 USD");
    expect(exact(999_999_999_999, "1.0001")).toBe("1,000,099,999,999.00 USD");
  });

  test("is of the older day, and unknown where a rate is", () => {
    expect(convert(1, "USD", "RUB", EURO)?.day).toBe("2022-03-01");
    expect(convert(1, "USD", "XYZ", EURO)).toBeNull();
    expect(convert(1, "EUR", "USD", { ...EURO, day: null })).toBeNull();
  });

  test("ends at the smallest coin, but never says nothing for something", () => {
    expect(amountText(1234.567, "USD")).toBe("1,234.57 USD");
    expect(amountText(1234.567, "JPY")).toBe("1,235 JPY");
    expect(amountText(0.0001234, "USD")).toBe("0.00012 USD");
    expect(amountText("0.0000004567", "USD")).toBe("0.00000046 USD");
    expect(amountText(0, "USD")).toBe("0.00 USD");
  });
});

test("a currency has its name, or else its code", () => {
  expect(currencyName("CHF")).toBe("Swiss Franc");
  expect(currencyName("XQQ")).toBe("XQQ");
  expect(currencyName("no code")).toBe("no code");
});

test("what the address says wrongly is left out", () => {
  expect(currenciesSearch({ base: "usd", amount: "-5", from: "USD", to: 7 })).toEqual({ from: "USD" });
  expect(currenciesSearch({ amount: 0 })).toEqual({ amount: 0 });
});
