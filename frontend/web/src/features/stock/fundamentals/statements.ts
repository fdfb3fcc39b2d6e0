/** Statements by period: what stands where, in which unit, and where a figure comes from. */
import type { Doubt, Fundamentals, FundamentalFigure, FundamentalLine, FundamentalPeriod } from "@/api/types";
import { day, number, UNKNOWN } from "@/lib/format";

/** What is told together, in the order of the statements. A line that is in none of these stands at the end. */
const GROUPS: readonly { title: string; lines: readonly string[] }[] = [
  {
    title: "Income",
    lines: [
      "revenue", "cost_of_revenue", "gross_profit", "operating_income", "ebit", "interest_expense", "pretax_income",
      "tax", "net_income",
    ],
  },
  {
    title: "Per share",
    lines: ["eps_basic", "eps_diluted", "dividends_per_share", "shares_basic", "shares_diluted"],
  },
  {
    title: "Cash flow",
    lines: [
      "operating_cash_flow", "capital_expenditure", "free_cash_flow", "depreciation", "dividends_paid", "interest_paid",
    ],
  },
  {
    title: "Balance sheet",
    lines: [
      "cash", "inventory", "current_assets", "assets", "current_liabilities", "liabilities", "short_debt", "long_debt",
      "debt", "equity", "minorities", "preferred", "retained_earnings",
    ],
  },
];

export interface Group {
  title: string;
  lines: FundamentalLine[];
  /** Lines that no period shown tells. */
  untold: FundamentalLine[];
}

/** One column of the table: the twelve months up to the newest period, a year or a quarter. */
export interface Column {
  key: string;
  name: string;
  until: string;
  trailing: boolean;
  figures: Readonly<Record<string, FundamentalFigure | null>>;
}

export function periodName(period: Pick<FundamentalPeriod, "fiscal_year" | "quarter" | "transition">): string {
  if (period.transition) return "Transition";
  if (period.fiscal_year === null) return period.quarter === null ? "Year" : "Quarter";
  const year = String(period.fiscal_year);
  return period.quarter === null ? `FY ${year}` : `Q${String(period.quarter)} ${year}`;
}

/** Trailing twelve months first (with the balance of that day), then periods, newest first. */
export function columns(told: Fundamentals, quarterly: boolean): Column[] {
  const periods = (quarterly ? told.quarters : told.years).map((period) => ({
    key: `${period.start} ${period.end}`,
    name: periodName(period),
    until: period.end,
    trailing: false,
    figures: period.figures,
  }));
  if (told.period_end === null) return periods;
  const last = [...told.quarters, ...told.years].find((period) => period.end === told.period_end);
  // Only what has a span has twelve months; what is of a day is of that day in both.
  const balances = Object.fromEntries(
    Object.entries(last?.figures ?? {}).filter(([name]) => !(name in told.trailing)),
  );
  return [
    {
      key: "trailing",
      name: "12 months",
      until: told.period_end,
      trailing: true,
      figures: { ...balances, ...told.trailing },
    },
    ...periods,
  ];
}

export function groups(lines: readonly FundamentalLine[], shown: readonly Column[]): Group[] {
  const placed = new Set(GROUPS.flatMap((group) => group.lines));
  const others = { title: "Other", lines: lines.map((line) => line.name).filter((name) => !placed.has(name)) };
  return [...GROUPS, others]
    .map(({ title, lines: names }) => {
      const all = names.flatMap((name) => lines.find((line) => line.name === name) ?? []);
      const told = (line: FundamentalLine) => shown.some((column) => column.figures[line.name]);
      return { title, lines: all.filter(told), untold: all.filter((line) => !told(line)) };
    })
    .filter((group) => group.lines.length + group.untold.length > 0);
}

export interface Scale {
  divisor: number;
  decimals: number;
  word: string;
}

/** One scale for a whole table, so that its figures can be compared by eye: from the largest amount in it. */
export function scaleOf(amounts: readonly number[]): Scale {
  const largest = Math.max(0, ...amounts.map(Math.abs));
  if (largest >= 1e9) return { divisor: 1e6, decimals: 0, word: "millions" };
  if (largest >= 1e7) return { divisor: 1e6, decimals: 1, word: "millions" };
  if (largest >= 1e4) return { divisor: 1e3, decimals: 0, word: "thousands" };
  return { divisor: 1, decimals: 0, word: "" };
}

export function tableScale(lines: readonly FundamentalLine[], shown: readonly Column[]): Scale {
  const amounts = lines
    .filter((line) => line.unit !== "per_share")
    .flatMap((line) => shown.flatMap((column) => column.figures[line.name]?.value ?? []));
  return scaleOf(amounts);
}

/** A figure of a line in the table's scale. */
export function cell(value: number, unit: FundamentalLine["unit"], scale: Scale): string {
  return unit === "per_share" ? number(value, 2) : number(value / scale.divisor, scale.decimals);
}

/** What a line is told in. */
export function unitWords(unit: FundamentalLine["unit"], currency: string | null): string {
  if (unit === "shares") return "Shares";
  return unit === "per_share" ? `${currency ?? "Amount"} a share` : (currency ?? "Amount");
}

/** A figure in full, without its unit. */
export function exact(value: number, unit: FundamentalLine["unit"]): string {
  return number(value, unit === "per_share" ? Math.max(2, Math.min(4, places(value))) : 0);
}

/** The same with its unit. */
export function full(value: number | null | undefined, unit: FundamentalLine["unit"], currency: string | null): string {
  if (value === null || value === undefined) return UNKNOWN;
  if (unit === "shares") return `${exact(value, unit)} shares`;
  return `${exact(value, unit)} ${currency ?? ""}${unit === "per_share" ? " a share" : ""}`.trim();
}

function places(value: number): number {
  return (/\.(\d+)/.exec(String(value))?.[1] ?? "").length;
}

const LATER = 250; // days; an annual report may take most of a year, the next one tells the period once more

/** Whether the telling that counts is of a later filing than the period's own. */
export function toldLater(figure: Pick<FundamentalFigure, "known_on">, end: string): boolean {
  return Date.parse(figure.known_on) - Date.parse(end) > LATER * 86_400_000;
}

/** Where a figure comes from, in one or two lines. */
export function origin(figure: FundamentalFigure, end: string): string {
  const filings = figure.accessions.length;
  const how = figure.derived
    ? `Worked out from ${filings === 1 ? "facts of one filing" : `facts of ${String(filings)} filings`}`
    : toldLater(figure, end)
      ? "As a later filing tells it"
      : "As filed";
  return `${how}, known since ${day(figure.known_on)}`;
}

/** The index page of a filing. `null` where the number is none, or nobody knows whose it is. */
export function filingLink(accession: string, cik: string | null | undefined): string | null {
  if (!cik || !/^\d+$/.test(cik) || !/^\d{10}-\d{2}-\d{6}$/.test(accession)) return null;
  const folder = `${String(Number(cik))}/${accession.replaceAll("-", "")}`;
  return `https://www.sec.gov/Archives/edgar/data/${folder}/${accession}-index.htm`;
}

/** What two filings tell differently, in a sentence. */
export function doubtWords(doubt: Doubt, label: string, unit: FundamentalLine["unit"], currency: string | null): string {
  // The API gives the later as a multiple of the earlier; below one it is the earlier that is larger.
  const times = doubt.times >= 1 ? doubt.times : 1 / doubt.times;
  const way = doubt.times >= 1 ? "the later filing tells" : "the earlier filing told";
  return (
    `${label} of the period to ${day(doubt.end)}: ${way} ${number(times, 0)} times as much ` +
    `(${full(doubt.before, unit, currency)}, then ${full(doubt.value, unit, currency)}). One of them has the wrong scale; ` +
    `the later one counts.`
  );
}

/** The value of the same line a year before, where that period is among those shown. */
export function yearBefore(line: string, at: Column, among: readonly Column[]): number | null {
  if (at.trailing) return null;
  const end = Date.parse(at.until);
  const before = among.find((other) => {
    const days = (end - Date.parse(other.until)) / 86_400_000;
    return !other.trailing && days > 350 && days < 380;
  });
  return before?.figures[line]?.value ?? null;
}
