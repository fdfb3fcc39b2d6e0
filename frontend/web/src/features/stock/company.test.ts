import { describe, expect, test } from "vitest";

import { ApiError, Unreachable } from "@/api/errors";
import { safeLink } from "@/lib/links";

import { filingWords, refusalWords, yearEnd } from "./company";

const NOW = "2026-11-21T14:35:00Z";

describe("a refusal", () => {
  const refused = (retry_at: unknown) =>
    refusalWords(new ApiError(429, "quota_exhausted", "next call possible at …", { retry_at }), NOW);

  test("for want of a free call says when to come back", () => {
    expect(refused("2026-11-21T14:35:01Z")).toContain("in a few seconds");
    expect(refused("2026-11-21T14:35:40Z")).toContain("in 40 s");
    expect(refused("2026-11-21T15:05:00Z")).toMatch(/at \d\d:05, in about 30 min/);
    expect(refused(null)).toContain("Try again later");
  });

  test("keeps the words of who refused", () => {
    expect(refusalWords(new ApiError(409, "cannot_ask", "Put SEC_CONTACT into .env"), NOW)).toBe("Put SEC_CONTACT into .env.");
    expect(refusalWords(new ApiError(502, "provider", "HTTP 503"), NOW)).toContain("HTTP 503. Nothing was stored");
    expect(refusalWords(new Unreachable(), NOW)).toContain("does not answer");
  });
});

test("a filing is told by what it says, or by what its form is", () => {
  expect(filingWords({ form: "10-K", description: "FORM 10-K" })).toBe("Annual report");
  expect(filingWords({ form: "10-Q/A", description: null })).toBe("Quarterly report, amended");
  expect(filingWords({ form: "8-K", description: "Results of operations" })).toBe("Results of operations");
  expect(filingWords({ form: "XX", description: "" })).toBeNull();
});

test("a fiscal year ends on a day of the calendar", () => {
  expect(yearEnd("09-28")).toBe("28 September");
  expect(yearEnd("1231")).toBe("31 December");
  expect(yearEnd("02-29")).toBe("29 February");
  expect(yearEnd("soon")).toBe("soon");
});

test("only what leads to a page becomes a link", () => {
  expect(safeLink("https://www.sec.gov/x")).toBe("https://www.sec.gov/x");
  expect(safeLink("www.apple.com")).toBe("https://www.apple.com/");
  expect(safeLink("javascript:alert(1)")).toBeNull();
  expect(safeLink("")).toBeNull();
  expect(safeLink(null)).toBeNull();
});
