/** Two published scores of health, their parts in words. */
import type { PublishedScore } from "@/api/types";
import { words } from "@/lib/format";
import type { Tone } from "@/ui/parts";

const SIGNALS: Record<string, [string, string]> = {
  profitable: ["Profitable", "Net income is above zero"],
  cash_from_operations: ["Cash from operations", "Operating cash flow is above zero"],
  more_profitable: ["More profitable", "Return on assets is above that of the year before"],
  earnings_are_cash: ["Earnings are cash", "Operating cash flow is above net income"],
  less_leverage: ["Less debt", "Long-term debt to assets is below that of the year before"],
  more_liquid: ["More liquid", "Current ratio is above that of the year before"],
  no_shares_issued: ["No shares issued", "No more shares than a year before"],
  better_margin: ["Better margin", "Gross margin is above that of the year before"],
  faster_turnover: ["Faster turnover", "Revenue to assets is above that of the year before"],
};

const TERMS: Record<string, [string, number]> = {
  working_capital: ["Working capital / assets", 1.2],
  retained_earnings: ["Retained earnings / assets", 1.4],
  ebit: ["EBIT / assets", 3.3],
  market_value: ["Market value / liabilities", 0.6],
  revenue: ["Revenue / assets", 1.0],
};

export interface Signal {
  name: string;
  label: string;
  what: string;
  met: boolean | null;
}

export function signals(score: PublishedScore): Signal[] {
  return Object.entries(score.components).map(([name, value]) => {
    const [label, what] = SIGNALS[name] ?? [words(name), ""];
    return { name, label, what, met: value === null ? null : value > 0 };
  });
}

export interface Term {
  name: string;
  label: string;
  weight: number | null;
  ratio: number | null;
  adds: number | null;
}

export function terms(score: PublishedScore): Term[] {
  return Object.entries(score.components).map(([name, ratio]) => {
    const [label, weight] = TERMS[name] ?? [words(name), null];
    return { name, label, weight, ratio, adds: ratio === null || weight === null ? null : ratio * weight };
  });
}

export const DISTRESSED = 1.81;
export const SAFE = 2.99;

/** What Altman says of a score. */
export function zone(score: number): { word: string; tone: Tone; why: string } {
  if (score < DISTRESSED) return { word: "Distress", tone: "bad", why: "Below 1.81: companies like it often failed within two years" };
  if (score <= SAFE) return { word: "Grey zone", tone: "warn", why: "Between 1.81 and 2.99 the score says nothing" };
  return { word: "Safe", tone: "good", why: "Above 2.99: companies like it seldom failed" };
}

/** Why there is no score. */
export function altmanUnknown(score: PublishedScore): string {
  if (score.known < score.of) {
    return `Only ${String(score.known)} of its ${String(score.of)} ratios are known, and it needs all of them.`;
  }
  return "It was found on manufacturers and says nothing about banks and insurers.";
}
