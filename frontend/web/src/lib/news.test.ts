import { expect, test } from "vitest";

import type { Story, StoryTie } from "@/api/types";

import { age, byDay, byMonth, copiesWords, moodWords, sentiment, tieWords, volumeWords } from "./news";

const TIE: StoryTie = {
  symbol: "ABC", name: "Abc Inc.", how: "tag", in_headline: true, label: "positive", score: 0.624, reader: "alphavantage", method: "",
};
const story = (id: number, published_at: string, more: Partial<Story> = {}): Story => ({
  id, headline: "A", summary: null, url: "https://x.example", publisher: null, published_at, first_seen_at: published_at,
  language: "en", image_url: null, providers: [{ provider: "massive", source: "massive" }], attributions: [], ties: [], copies: 1, ...more,
});

test("a sentiment has its sign, and what rounds to zero has none", () => {
  expect([sentiment(0.624), sentiment(-0.5), sentiment(-0.001), sentiment(null)]).toEqual(["+0.62", "−0.50", "0.00", "—"]);
});

test("a tie says what it means, who says so and why it is there", () => {
  expect(tieWords(TIE)).toBe("Abc Inc.\nGood, +0.62 of −1 to 1, says Alpha Vantage\nTied to it: named in the provider's tag, in the headline");
  expect(tieWords({ ...TIE, label: "unsure", score: null, reader: "local", method: "lexicon" })).toContain("unsure, says our own reader (lexicon)");
  expect(tieWords({ ...TIE, score: null })).toContain("\nGood, says");
});

test("copies name the others who brought them", () => {
  const providers = ["massive", "finnhub"].map((provider) => ({ provider, source: provider }));
  expect(copiesWords(story(1, "2026-11-22T10:00:00Z"))).toBeNull();
  expect(copiesWords(story(1, "2026-11-22T10:00:00Z", { copies: 2 }))).toBe("2 copies");
  expect(copiesWords(story(1, "2026-11-22T10:00:00Z", { copies: 2, providers }))).toBe("also from Finnhub");
  expect(copiesWords(story(1, "2026-11-22T10:00:00Z", { copies: 5, providers }))).toBe("also from Finnhub, 5 copies");
});

test("stories stand under the exchange's day", () => {
  const found = byDay(
    [story(1, "2026-11-22T15:00:00Z"), story(2, "2026-11-22T05:10:00Z"), story(3, "2026-11-22T04:50:00Z"), story(4, "2025-12-31T15:00:00Z")],
    "2026-11-22T16:00:00Z",
  );
  expect(found.map((one) => [one.title, one.stories.length])).toEqual([["Today", 2], ["Saturday 21 November", 1], ["31 Dec 2025", 1]]);
  expect(byMonth([story(1, "2026-11-22T15:00:00Z"), story(2, "2026-11-01T12:00:00Z"), story(3, "2026-10-31T12:00:00Z")]).map((one) => one.title)).toEqual([
    "November 2026",
    "October 2026",
  ]);
  expect(age({ published_at: "2026-11-22T10:00:00Z" }, "2026-11-22T16:00:00Z")).toBe("6 h ago");
  expect(age({ published_at: "2026-11-10T10:00:00Z" }, "2026-11-22T16:00:00Z")).toBe("10 Nov 2026");
});

test("what is unusual is told in words, and what is not known as that", () => {
  expect(volumeWords({ volume_surprise: 2.4 })).toContain("Far more");
  expect(volumeWords({ volume_surprise: null })).toContain("Not known");
  expect(moodWords({ sentiment_surprise: -2 })).toContain("worse");
  expect(moodWords({ sentiment_surprise: 1.9 })).toContain("Within chance");
});
