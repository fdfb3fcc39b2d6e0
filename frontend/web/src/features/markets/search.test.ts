import { expect, test } from "vitest";

import { defaultSort, marketsSearch, toQuery } from "./search";

test("what an address says wrongly is left out", () => {
  const search = marketsSearch({ board: "everything", sort: "close; drop", min_price: "-3", q: 42 });

  expect(search).toEqual({ q: "42" });
});

test("a board of ranked ones asks for those with a rank, best score first", () => {
  expect(toQuery({})).toEqual({ sort: "-score", board: "stocks", ranked: true });
});

test("the unranked are asked for by symbol, of whatever board", () => {
  expect(toQuery({ board: "unranked", kind: "warrant" })).toEqual({ sort: "symbol", ranked: false, kind: "warrant" });
});

test("before anything is ranked, what is traded most comes first, and without prices the symbol decides", () => {
  expect(defaultSort("all")).toBe("-score");
  expect(defaultSort("all", false)).toBe("-dollar_volume");
  expect(defaultSort("all", false, true)).toBe("symbol");
  expect(defaultSort("stocks", true, true)).toBe("-score");
});
