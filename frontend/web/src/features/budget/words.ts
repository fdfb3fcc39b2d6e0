/** Limits, entitlements and what a call buys, in words. */
import type { ApiUsage, Entitlement, LimitWindow, NextCall, ProviderUsage } from "@/api/types";
import { count, number, until, words } from "@/lib/format";
import type { Tone } from "@/ui/parts";

const UNITS: Record<number, string> = { 1: "a second", 60: "a minute", 3600: "an hour", 86400: "a day" };

/** How long a window is, as one says a rate: «a minute», «in 12 hours». */
export function per(seconds: number): string {
  const unit = UNITS[seconds];
  if (unit) return unit;
  const [size, name] = seconds % 86400 === 0 ? [86400, "days"] : seconds % 3600 === 0 ? [3600, "hours"] : [60, "minutes"];
  return seconds % 60 === 0 ? `in ${count(seconds / size)} ${name}` : `in ${count(seconds)} seconds`;
}

/** Slots that are not free, whoever has them. */
export function taken(window: LimitWindow): number {
  return window.used + window.held + window.foreign;
}

/** What is metered together: «finnhub:market_data» is «Market data». */
export function metered(scope: string): string {
  const name = scope.split(":").slice(1).join(" ");
  return words(name || scope);
}

/** What is left of a limit and when more will be: «23 free», «one more in 4 s», «all in 12 min». */
export function windowWords(window: LimitWindow, now: string): string[] {
  if (window.full_until !== null && window.full_until > now) return ["the provider told us to wait", `again ${until(window.full_until, now)}`];
  if (taken(window) === 0) return ["all free"];
  const kept = window.free > 0 && window.free_planned === 0;
  const free = window.free === 0 ? "none free" : `${count(window.free)} ${kept ? "kept for people" : "free"}`;
  const next = window.next_free_at && until(window.next_free_at, now);
  const all = window.resets_at && until(window.resets_at, now);
  const more = next && next !== all && `${window.free === 0 ? "the next" : "one more"} ${next}`;
  return [free, more, all && `all ${all}`].filter((part) => typeof part === "string");
}

/** What the colours of a limit's bar stand for, where it is more than calls that have ended. */
export function windowDetail(window: LimitWindow): string {
  return [
    `${count(window.used)} used`,
    window.held > 0 && `${count(window.held)} on their way`,
    window.lent > 0 && `${count(window.lent)} of those lent by the reserve`,
    window.foreign > 0 && `${count(window.foreign)} used by somebody else`,
    window.reserve > 0 && `${count(window.reserve)} kept for people who wait`,
    `${count(window.free)} free`,
  ]
    .filter(Boolean)
    .join("\n");
}

/** Parts of a bar, in percent of its limit, from left to right. */
export function segments(window: LimitWindow): { used: number; held: number; foreign: number; lent: number; reserve: number } {
  const share = (slots: number) => (window.limit > 0 ? (100 * slots) / window.limit : 0);
  const own = Math.min(window.limit, taken(window));
  const foreign = Math.min(window.foreign, own);
  const held = Math.min(window.held, own - foreign);
  const lent = Math.min(window.lent, own - foreign - held);
  return {
    used: share(own - foreign - held - lent),
    held: share(held),
    foreign: share(foreign),
    lent: share(lent),
    reserve: share(Math.min(window.reserve, window.limit)),
  };
}

const FULL = 0.75; // of what planned calls may take

/** How a provider is, in a word or two, with the reason. */
export function condition(provider: ProviderUsage, now: string): { word: string; tone: Tone; why: string } {
  const open = provider.circuits.filter((circuit) => circuit.state === "open");
  if (open.length > 0) {
    const what = open.map((circuit) => words(circuit.endpoint)).join(", ");
    return { word: "Left alone in part", tone: "bad", why: `It failed again and again: ${what}` };
  }
  const told = provider.windows.find((window) => window.full_until !== null && window.full_until > now);
  if (told) return { word: "Told to wait", tone: "warn", why: "The provider told us to stop for a while" };
  if (provider.windows.some((window) => window.free === 0)) {
    return { word: "Used up", tone: "warn", why: "No call is free in one of its limits; the next one waits" };
  }
  // A second's limit is full and free again before anybody has read it; and a word that comes and goes is not read.
  if (provider.windows.some((window) => window.seconds > 1 && taken(window) >= FULL * (window.limit - window.reserve))) {
    return { word: "In full use", tone: "accent", why: "The plan uses its share; the rest is kept for people who wait" };
  }
  return { word: "Ready", tone: "good", why: "A call could be made at once" };
}

const PLAN_KINDS: Record<NextCall["kind"], string> = {
  quote: "Last price",
  bars: "Daily bars",
  actions: "Splits and dividends",
  company: "Company",
  news: "News",
  fx: "Exchange rates",
  facts: "Figures of filings",
  metrics: "Figures of a provider",
  overview: "Company at a glance",
  recommendations: "Recommendations",
  earnings: "Earnings",
};

export function kindWords(kind: NextCall["kind"]): string {
  return PLAN_KINDS[kind];
}

/** What a planned call is good for. */
export function buys(call: Pick<NextCall, "gain" | "promised">): string {
  if (call.promised) return "keeps a promised age";
  const size = Math.abs(call.gain);
  const gain = number(call.gain, size >= 10 ? 0 : size >= 1 ? 1 : 2);
  return `takes away ${gain} weighted basis ${gain === "1.0" ? "point" : "points"}`;
}

export type Coming = NextCall & { provider: string; title: string };

/** The next calls of all providers, the first one first. */
export function coming(usage: ApiUsage, most: number): Coming[] {
  return usage.providers
    .flatMap(({ provider, title, next_calls }) => next_calls.map((call) => ({ ...call, provider, title })))
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
    .slice(0, most);
}

export type PlanState = "running" | "outdated" | "none";

const LATE = 90; // real seconds; the planner renews its plan every ten

/** Whether somebody keeps the plan up to date. */
export function planState(usage: Pick<ApiUsage, "at" | "planned_at">, rate: number): PlanState {
  if (usage.planned_at === null) return "none";
  const age = (Date.parse(usage.at) - Date.parse(usage.planned_at)) / 1000;
  return age > LATE * Math.max(1, rate) ? "outdated" : "running";
}

/** What became of the calls of a day beside those that were sent. */
export function failures(states: ProviderUsage["states"]): string[] {
  const [unknown, back] = [states.unknown ?? 0, states.not_sent ?? 0];
  return [
    unknown > 0 ? `${count(unknown)} without an answer` : "",
    back > 0 ? `${count(back)} not sent, given back` : "",
  ].filter(Boolean);
}

export const STATES: readonly Entitlement["state"][] = ["not_included", "included", "unknown"];
