import { expect, test } from "vitest";

import { ApiError, Unreachable } from "@/api/errors";
import type { CallPrice, Datum, Refresh } from "@/api/types";

import { affordable, ageWords, kept, nextWords, priceWords, refreshable, refusal } from "./freshness";

const AT = "2026-11-23T15:00:00Z";
const DATUM: Datum = {
  kind: "quote", label: "Last price", value_at: AT, asked_at: AT, age_seconds: 87, open_age_seconds: 87, source: "finnhub",
  provider: "finnhub", tier: "page", target_age_seconds: 60, within_target: false, next_call_at: null, next_provider: null,
  gain: null, why_not_sooner: "", error: null,
};
const PRICE: CallPrice = { kind: "quote", provider: "finnhub", endpoint: "quote", calls: 1, free: 47, limit: 60, resets_at: null };

test("an age goes on between two answers, and open time is told where it is another", () => {
  expect(ageWords(DATUM, AT, AT)).toEqual({ age: "87 s", open: null });
  expect(ageWords(DATUM, AT, "2026-11-23T15:01:00Z")).toEqual({ age: "2 min", open: null });
  expect(ageWords({ ...DATUM, age_seconds: 237_000, open_age_seconds: 1_950 }, AT, AT)).toEqual({ age: "3 days", open: "33 min of open time" });
  expect(ageWords({ ...DATUM, age_seconds: 7_200, open_age_seconds: 0 }, AT, AT)?.open).toBe("the exchange has been closed since");
  expect(ageWords({ ...DATUM, age_seconds: null }, AT, AT)).toBeNull();
});

test("a promise is kept, not kept, or there is none", () => {
  expect(kept({ ...DATUM, within_target: true }).word).toBe("Kept");
  expect(kept(DATUM).word).toBe("Older than promised");
  expect(kept({ ...DATUM, asked_at: null }).word).toBe("Not asked yet");
  expect(kept({ ...DATUM, within_target: null }).word).toBe("No promise");
  expect(kept({ ...DATUM, within_target: null, asked_at: null }).word).toBe("Not known");
  expect(kept({ ...DATUM, within_target: true, error: "No such symbol" }).word).toBe("Refused");
});

test("the next call is told as a wait, and as a time where the wait does not say it", () => {
  const next = nextWords("2026-11-23T15:00:12Z", AT);
  expect(next.wait).toBe("in 12 s");
  expect(next.time).toMatch(/^\d\d:00:12$/);
  expect(nextWords("2026-11-25T15:00:00Z", AT)).toEqual({ wait: expect.stringMatching(/^25 Nov, \d\d:00$/) as string, time: "" });
});

test("what a refresh costs is said before it is made, and what is not there is not offered", () => {
  const price: Refresh = { symbol: "ABC", calls: [PRICE], total: 1, refreshed: [], skipped: [] };
  expect(priceWords(PRICE)).toBe("1 call of Finnhub; 47 of 60 free");
  expect(priceWords({ ...PRICE, provider: "sec", free: 0, limit: 10 })).toBe("1 call of SEC EDGAR; none of 10 free");
  expect(priceWords({ ...PRICE, free: null, limit: null })).toBe("1 call of Finnhub; there is no limit");
  expect(affordable(price)).toBe(true);
  expect(affordable({ ...price, calls: [{ ...PRICE, free: 0 }] })).toBe(false);
  expect(affordable({ ...price, calls: [] })).toBe(false);
  expect([refreshable("quote"), refreshable("bars")]).toEqual([true, false]);
});

test("a refusal is told in words with its time", () => {
  const full = (extra: Record<string, unknown>) => new ApiError(429, "quota_exhausted", "No call is free", extra);
  expect(refusal(full({ retry_at: "2026-11-23T15:00:40Z" }), AT)).toMatch(/^No call is free at present\. The next one is in 40 s \(\d\d:00:40\)\.$/);
  expect(refusal(full({}), AT)).toBe("No call is free at present. No call is free.");
  expect(refusal(new ApiError(409, "not_refreshed", "finnhub has no last price"), AT)).toBe("finnhub has no last price.");
  expect(refusal(new Unreachable(), AT)).toContain("Check that the platform is running");
});
