import { expect, test } from "vitest";

import { symbolsOf } from "@/lib/symbols";

import { byDay } from "./days";
import { calendarSearch } from "./search";

test("an address that says nothing sensible says nothing", () => {
  expect(calendarSearch({ show: "all", week: "tomorrow", symbols: 7 })).toEqual({ show: undefined, week: undefined, symbols: undefined });
  expect(calendarSearch({ show: "dividends", week: "2026-11-25", symbols: "abc; brk.b,abc" })).toEqual({
    show: "dividends",
    week: "2026-11-25",
    symbols: "ABC,BRK.B",
  });
  expect(symbolsOf(" , ")).toBeUndefined();
});

test("rows stand under their day, in the order in which they came", () => {
  const rows = [{ on: "2026-11-23", id: 1 }, { on: "2026-11-23", id: 2 }, { on: "2026-11-25", id: 3 }];
  expect(byDay(rows, (row) => row.on)).toEqual([
    { day: "2026-11-23", rows: [rows[0], rows[1]] },
    { day: "2026-11-25", rows: [rows[2]] },
  ]);
});
