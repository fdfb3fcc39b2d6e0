import { expect, test } from "vitest";

import type { LimitWindow, ProviderUsage } from "@/api/types";

import { buys, condition, failures, metered, per, planState, segments, windowDetail, windowWords } from "./words";

const NOW = "2026-11-23T15:00:00.000Z";
const WINDOW: LimitWindow = {
  scope: "finnhub:market_data", limit: 60, seconds: 60, used: 37, held: 0, free: 23, free_planned: 11, reserve: 12, lent: 0,
  foreign: 0, next_free_at: "2026-11-23T15:00:04Z", resets_at: "2026-11-23T15:00:58Z", full_until: null, source: "its pricing",
};

const left = (changes: Partial<LimitWindow>, now = NOW) => windowWords({ ...WINDOW, ...changes }, now).join(" · ");

test("a limit tells what is left of it and when more will be", () => {
  expect(left({})).toBe("23 free · one more in 4 s · all in 58 s");
  expect(left({ used: 0, free: 60, next_free_at: null, resets_at: null })).toBe("all free");
  expect(left({ used: 1, free: 59, resets_at: "2026-11-23T15:00:04Z" })).toBe("59 free · all in 4 s");
  expect(left({ used: 48, free: 12, free_planned: 0 })).toBe("12 kept for people · one more in 4 s · all in 58 s");
  expect(left({ used: 60, free: 0 })).toBe("none free · the next in 4 s · all in 58 s");
});

test("what the provider told comes before our own count, until it is over", () => {
  const full_until = "2026-11-23T15:12:00.000Z";
  expect(left({ full_until })).toBe("the provider told us to wait · again in 12 min");
  expect(left({ full_until }, "2026-11-23T15:13:00.000Z")).toContain("23 free");
});

test("the parts of a bar make up its limit, whoever has the slots", () => {
  expect(segments({ ...WINDOW, used: 45, held: 3, foreign: 6, lent: 6, free: 6 })).toEqual({
    used: 65, held: 5, foreign: 10, lent: 10, reserve: 20,
  });
  // More than the limit: a provider that counts otherwise than we do. The bar ends where it ends.
  const over = segments({ ...WINDOW, limit: 60, used: 50, held: 4, foreign: 30 });
  expect(over.used + over.held + over.foreign + over.lent).toBe(100);
  expect(segments({ ...WINDOW, limit: 0 }).used).toBe(0);
  expect(windowDetail({ ...WINDOW, held: 2, lent: 1 })).toBe(
    "37 used\n2 on their way\n1 of those lent by the reserve\n12 kept for people who wait\n23 free",
  );
});

test("rates are said as people say them", () => {
  expect([1, 60, 3600, 86400, 43200, 31 * 86400, 90, 120].map(per)).toEqual([
    "a second", "a minute", "an hour", "a day", "in 12 hours", "in 31 days", "in 90 seconds", "in 2 minutes",
  ]);
  expect(metered("finnhub:market_data")).toBe("Market data");
  expect(metered("sec")).toBe("Sec");
});

test("a call buys basis points or keeps a promise", () => {
  expect(buys({ gain: 123.4, promised: false })).toBe("takes away 123 weighted basis points");
  expect(buys({ gain: 1, promised: false })).toBe("takes away 1.0 weighted basis point");
  expect(buys({ gain: 0.034, promised: false })).toBe("takes away 0.03 weighted basis points");
  expect(buys({ gain: 9, promised: true })).toBe("keeps a promised age");
});

test("how a provider is: the worst first", () => {
  const provider = { circuits: [], windows: [{ ...WINDOW, used: 35, free: 25 }] } as unknown as ProviderUsage;
  const circuit = { endpoint: "quote", state: "open" as const, why: "500", retry_at: null };
  const word = (changes: Partial<ProviderUsage>) => condition({ ...provider, ...changes }, NOW).word;

  expect(word({})).toBe("Ready");
  expect(word({ windows: [{ ...WINDOW, used: 36, free: 24 }] })).toBe("In full use");
  expect(word({ windows: [{ ...WINDOW, used: 36, free: 24, seconds: 1 }] })).toBe("Ready");
  expect(word({ windows: [{ ...WINDOW, free: 0 }] })).toBe("Used up");
  expect(word({ windows: [{ ...WINDOW, free: 0, full_until: "2026-11-23T15:01:00.000Z" }] })).toBe("Told to wait");
  expect(word({ circuits: [circuit], windows: [{ ...WINDOW, free: 0 }] })).toBe("Left alone in part");
  expect(word({ circuits: [{ ...circuit, state: "half_open" }] })).toBe("Ready");
});

test("a plan that nobody renews is told from none", () => {
  const at = NOW;
  expect(planState({ at, planned_at: null }, 1)).toBe("none");
  expect(planState({ at, planned_at: "2026-11-23T14:59:00Z" }, 1)).toBe("running");
  expect(planState({ at, planned_at: "2026-11-23T14:50:00Z" }, 1)).toBe("outdated");
  expect(planState({ at, planned_at: "2026-11-23T14:50:00Z" }, 60)).toBe("running");
});

test("calls that were not answered are told apart from those that were not sent", () => {
  expect(failures({ sent: 40 })).toEqual([]);
  expect(failures({ sent: 40, unknown: 2, not_sent: 1 })).toEqual(["2 without an answer", "1 not sent, given back"]);
});
