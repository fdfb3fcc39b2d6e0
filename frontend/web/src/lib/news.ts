/** Stories, and what they mean, in words. */
import type { Flow, Story, StoryTie } from "@/api/types";
import { exchangeDay, weekday } from "@/lib/days";
import { ago, day, instant, number, sourceName, UNKNOWN } from "@/lib/format";

export type Label = StoryTie["label"];

/** Signs of their own, not colours alone. */
export const MEANINGS: Record<Label, { word: string; tone: "good" | "bad" | "plain" | "unsure" }> = {
  positive: { word: "Good", tone: "good" },
  negative: { word: "Bad", tone: "bad" },
  neutral: { word: "Neutral", tone: "plain" },
  unsure: { word: "Unsure", tone: "unsure" },
};

export const LABELS: readonly Label[] = ["positive", "neutral", "negative", "unsure"];

/** «+0.62»: from −1 to 1. */
export function sentiment(value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN;
  const rounded = Number(value.toFixed(2));
  return `${rounded > 0 ? "+" : ""}${number(rounded === 0 ? 0 : rounded, 2)}`;
}

const HOWS: Record<StoryTie["how"], string> = {
  tag: "named in the provider's tag",
  ticker: "its ticker is in the text",
  name: "its name is in the text",
  "name in context": "its name is in the text",
};

/** Why a story is shown for an instrument, and who says what it means. */
export function tieWords(tie: StoryTie): string {
  const who = tie.reader === "local" ? `our own reader${tie.method ? ` (${tie.method})` : ""}` : sourceName(tie.reader);
  const meaning =
    tie.label === "unsure"
      ? `What it means is unsure, says ${who}`
      : `${MEANINGS[tie.label].word}${tie.score === null ? "" : `, ${sentiment(tie.score)} of −1 to 1`}, says ${who}`;
  return `${tie.name ?? tie.symbol}\n${meaning}\nTied to it: ${HOWS[tie.how]}${tie.in_headline ? ", in the headline" : ""}`;
}

/** Who else brought it: «also from Finnhub, Alpha Vantage», «2 copies». */
export function copiesWords(story: Pick<Story, "copies" | "providers">): string | null {
  const names = [...new Set(story.providers.map((one) => sourceName(one.provider)))];
  const others = names.slice(1);
  const copies = story.copies > 1 ? `${String(story.copies)} copies` : null;
  if (others.length > 0) return `also from ${others.join(", ")}${story.copies > names.length ? `, ${copies ?? ""}` : ""}`;
  return copies;
}

/** When it was published, and when we saw it. */
export function timesWords(story: Pick<Story, "published_at" | "first_seen_at">): string {
  return `Published ${instant(story.published_at)}\nFirst seen here ${instant(story.first_seen_at)}`;
}

const MONTH = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

export interface Group {
  key: string;
  title: string;
  stories: Story[];
}

function grouped(stories: readonly Story[], keyOf: (day: string) => string, titleOf: (day: string) => string): Group[] {
  const groups: Group[] = [];
  for (const story of stories) {
    const on = exchangeDay(story.published_at);
    const last = groups.at(-1);
    if (last?.key === keyOf(on)) last.stories.push(story);
    else groups.push({ key: keyOf(on), title: titleOf(on), stories: [story] });
  }
  return groups;
}

/** Stories by their day at the exchange, as they came. */
export function byDay(stories: readonly Story[], now: string): Group[] {
  const today = exchangeDay(now);
  return grouped(
    stories,
    (on) => on,
    (on) => (on === today ? "Today" : on.slice(0, 4) === today.slice(0, 4) ? weekday(on) : day(on)),
  );
}

/** Stories about one instrument, which are some a month. */
export function byMonth(stories: readonly Story[]): Group[] {
  return grouped(stories, (on) => on.slice(0, 7), (on) => MONTH.format(new Date(on)));
}

/** How long ago, and of what is older than a day and a half the day. */
export function age(story: Pick<Story, "published_at">, now: string): string {
  const hours = (Date.parse(now) - Date.parse(story.published_at)) / 3_600_000;
  return hours < 36 ? ago(story.published_at, now) : day(exchangeDay(story.published_at));
}

/** How unusual the number of stories is, in words. */
export function volumeWords(flow: Pick<Flow, "volume_surprise">): string {
  const z = flow.volume_surprise;
  if (z === null) return "Not known: too little is known of its earlier weeks.";
  if (z >= 2) return "Far more is written than in its earlier weeks.";
  if (z >= 1) return "More is written than in its earlier weeks.";
  return z <= -1 ? "Less is written than in its earlier weeks." : "As much is written as in its earlier weeks.";
}

/** How unusual the mean sentiment is, in words. */
export function moodWords(flow: Pick<Flow, "sentiment_surprise">): string {
  const z = flow.sentiment_surprise;
  if (z === null) return "Not known: too few of its stories were read with a clear result.";
  if (z >= 2) return "Clearly better than in the 90 days before.";
  if (z <= -2) return "Clearly worse than in the 90 days before.";
  return "Within chance of the 90 days before.";
}
