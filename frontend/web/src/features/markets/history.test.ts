import { describe, expect, test } from "vitest";

import type { History, Status } from "@/api/types";

import { bringing, counted, whyUnranked } from "./history";

const NOW = "2026-11-21T14:35:00Z";

function step(name: History["steps"][number]["name"], changes: Partial<History["steps"][number]> = {}): History["steps"][number] {
  return { name, label: name, state: "running", done: 0, total: null, words: "", ...changes };
}

function history(changes: Partial<History> = {}): History {
  return {
    state: "running",
    since: "2024-11-25",
    until: "2026-11-20",
    steps: [step("prices", { state: "done", done: 1, total: 1 }), step("sessions", { done: 125, total: 500 })],
    calls_left: 375,
    estimated_end_at: "2026-11-21T16:40:00Z",
    next_try_at: null,
    words: "125 of 500 sessions are stored.",
    ...changes,
  };
}

describe("the strip", () => {
  test("is there only while history is brought", () => {
    expect(bringing(null, NOW)).toBeNull();
    expect(bringing(history({ state: "done" }), NOW)).toBeNull();
    expect(bringing(history(), NOW)).not.toBeNull();
  });

  test("says how much is stored and until when it takes, in the reader's time", () => {
    const told = bringing(history(), NOW);
    const clock = new Date("2026-11-21T16:40:00Z").toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

    expect(told).toMatchObject({ share: 25, counted: "125 of 500 sessions", troubles: [] });
    expect(told?.end).toBe(`about 2 h 05 min, until ${clock}`);
  });

  test("does not guess: no bar without a total, no end that nobody told", () => {
    const told = bringing(history({ steps: [step("sessions", { done: 3 })], estimated_end_at: null }), NOW);

    expect(told).toMatchObject({ share: null, counted: null, end: null });
  });

  test("says when it goes on while it waits for a call", () => {
    const waits = history({ state: "waiting", estimated_end_at: null, next_try_at: "2026-11-21T14:36:00Z" });

    expect(bringing(waits, NOW)?.end).toMatch(/^goes on at \d\d:36$/);
    expect(bringing({ ...waits, next_try_at: "2026-11-21T14:30:00Z" }, NOW)?.end).toBeNull();
  });

  test("says what holds it up, which the API puts last, in brackets", () => {
    const told = bringing(history({ words: "History back to 2024-11-25 is being read: 125 of 500 (HTTP 503 (busy))" }), NOW);

    expect(told?.troubles).toEqual([{ what: "Held up", why: "HTTP 503 (busy)", advice: null }]);
    expect(told?.line).toContain("Back to 25 Nov 2024");
  });

  test("gives a refusal in the provider's words and says what to do", () => {
    const refused = step("actions", { label: "Splits and dividends", state: "refused", words: "«Upgrade your plan»." });
    const [trouble, ...others] = bringing(history({ steps: [refused] }), NOW)?.troubles ?? [];

    expect(trouble).toMatchObject({ what: "Splits and dividends", why: "«Upgrade your plan»." });
    expect(trouble?.advice).toContain("manage.py probe");
    expect(others).toEqual([]);
  });

  test("repeats no advice that the words already give", () => {
    const stopped = bringing(history({ state: "stopped", words: "Run manage.py accept_terms massive." }), NOW);

    expect(stopped?.end).toBeNull();
    expect(stopped?.troubles).toEqual([{ what: "Why", why: "Run manage.py accept_terms massive.", advice: null }]);
  });

  test("does not say twice what both the whole and a step stopped for", () => {
    const steps = [step("sessions", { label: "Earlier sessions", state: "refused", words: "Unknown API Key" })];

    expect(bringing(history({ state: "stopped", words: "Unknown API Key", steps }), NOW)?.troubles).toHaveLength(1);
  });
});

test("a step counts what can be counted", () => {
  expect(counted(step("sessions", { done: 1200, total: 5000 }))).toBe("1,200 of 5,000");
  expect(counted(step("prices", { done: 1, total: 1 }))).toBe("");
  expect(counted(step("sessions", { done: 3, total: 500, words: "3 of 500 sessions are stored" }))).toBe("");
  expect(counted(step("instruments", { done: 4 }))).toBe("4");
});

describe("why nothing is ranked", () => {
  const status = (message: string | null, steps: History["steps"] = []) =>
    ({ last_run: message === null ? null : { message }, history: history({ steps }) }) as Status;
  const unknown = { unranked: { code: "class_unknown", text: "Its class is not known." } };
  const young = { unranked: { code: "too_little_history", text: "It has too little history for a score." } };

  test("terms that nobody accepted come first", () => {
    const terms = { unranked: { code: "scores_withheld", text: "run manage.py accept_terms massive" } };
    const analysis = step("analysis", { words: "run manage.py accept_terms massive" });

    expect(whyUnranked(status("run manage.py accept_terms massive"), [unknown])).toContain("accept_terms");
    expect(whyUnranked(status(null), [unknown, unknown, terms])).toContain("accept_terms");
    expect(whyUnranked(status(null, [analysis]), [unknown])).toContain("accept_terms");
  });

  test("else what holds for most", () => {
    expect(whyUnranked(status(null), [young, unknown, unknown])).toContain("not known yet");
    expect(whyUnranked(status("done"), [young, unknown, young])).toBe("In most cases: It has too little history for a score.");
    expect(whyUnranked(status(null), [{ unranked: null }])).toBeNull();
  });

  test("and nothing where the strip has said it", () => {
    expect(whyUnranked(status(null, [step("analysis", { state: "refused", words: "…" })]), [unknown])).toBeNull();
  });
});
