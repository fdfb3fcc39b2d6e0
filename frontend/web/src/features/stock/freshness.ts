/** How fresh what is known of a stock is, and what asking anew costs, in words. */
import { ApiError } from "@/api/errors";
import type { CallPrice, Datum, Refresh, Refreshable } from "@/api/types";
import { clockTime, count, moment, roughly, sourceName, until } from "@/lib/format";
import type { Tone } from "@/ui/parts";

const REFRESHABLE: readonly string[] = ["quote", "company", "facts"] satisfies Refreshable[];

/** Whether people may have it asked for, one stock at a time; the rest comes with the whole market's files. */
export function refreshable(kind: Datum["kind"]): kind is Refreshable {
  return REFRESHABLE.includes(kind);
}

/** Seconds since `at`, by the one clock. */
function since(at: string, now: string): number {
  return Math.max(0, (Date.parse(now) - Date.parse(at)) / 1000);
}

/**
 * How old it is: «3 min», and of open time where that is another: «3 days», «32 min of open time».
 *
 * `at` is when the answer was made; both ages go on from there, that of open time only where the two go together.
 */
export function ageWords(datum: Datum, at: string, now: string): { age: string; open: string | null } | null {
  if (datum.age_seconds === null) return null;
  const passed = since(at, now);
  const age = roughly(datum.age_seconds + passed);
  const open = datum.open_age_seconds;
  if (open === null || Math.abs(open - datum.age_seconds) < 60) return { age, open: null };
  return { age, open: open < 1 ? "the exchange has been closed since" : `${roughly(open)} of open time` };
}

const TIERS: Record<Datum["tier"], string> = {
  held: "held",
  alerting: "waits for an alert",
  page: "its page is open",
  watched: "watched",
  universe: "part of the market",
};

/** Whose wish sets how old it may become. */
export function tierWords(tier: Datum["tier"]): string {
  return TIERS[tier];
}

/** Whether it is as fresh as was promised, in a word. */
export function kept(datum: Datum): { word: string; tone: Tone } {
  if (datum.error) return { word: "Refused", tone: "bad" };
  if (datum.within_target === true) return { word: "Kept", tone: "good" };
  if (datum.within_target === false) return { word: datum.asked_at === null ? "Not asked yet" : "Older than promised", tone: "warn" };
  return datum.asked_at === null ? { word: "Not known", tone: "plain" } : { word: "No promise", tone: "plain" };
}

/** When it is asked for next: «in 12 s», and the time of it. */
export function nextWords(at: string, now: string): { wait: string; time: string } {
  const near = Math.abs(Date.parse(at) - Date.parse(now)) < 3_600_000;
  const wait = until(at, now);
  return { wait, time: near ? clockTime(at) : wait === `at ${moment(at, now)}` || wait === moment(at, now) ? "" : moment(at, now) };
}

/** What one call costs: «1 call of Finnhub; 47 of 60 free». */
export function priceWords(call: CallPrice): string {
  const calls = `${count(call.calls)} ${call.calls === 1 ? "call" : "calls"} of ${sourceName(call.provider)}`;
  if (call.free === null) return `${calls}; there is no limit`;
  return `${calls}; ${call.free === 0 ? "none" : count(call.free)} of ${count(call.limit)} free`;
}

/** Whether what a refresh costs is there, and since when it would be. */
export function affordable(price: Refresh): boolean {
  return price.calls.length > 0 && price.calls.every((call) => call.free === null || call.free >= call.calls);
}

/** Why it could not be asked, with the time from which it can. `now` is the one clock's. */
export function refusal(error: Error, now: string): string {
  if (!(error instanceof ApiError)) return `${error.message} Check that the platform is running, then try again.`;
  const message = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
  if (error.status !== 429) return message;
  const at = error.extra.retry_at;
  if (typeof at !== "string" || Number.isNaN(Date.parse(at))) return `No call is free at present. ${message}`;
  const { wait, time } = nextWords(at, now);
  return `No call is free at present. The next one is ${wait}${time && ` (${time})`}.`;
}
