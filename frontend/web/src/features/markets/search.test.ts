import { expect, test } from "vitest";

import { marketsSearch, toQuery } from "./search";

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
