/** Exchange rates and companies of the invented market. */
import type { Company, FxHistory, FxRates } from "../src/api/types.ts";

const DAY = 86_400_000;
const LAST = Date.UTC(2026, 10, 20);
const iso = (at: number) => new Date(at).toISOString().slice(0, 10);
const SOURCE = { provider: "ecb", fetched_at: "2026-11-21T15:10:03Z", published_day: iso(LAST) };

const EURO: Record<string, number> = {
  AUD: 1.7648, BRL: 6.2011, CAD: 1.6193, CHF: 0.9295, CNY: 8.2154, CZK: 24.172, DKK: 7.4685, GBP: 0.8807, HKD: 8.9851,
  HUF: 381.95, IDR: 19247.15, ILS: 3.7803, INR: 102.4405, ISK: 146.6, JPY: 181.34, KRW: 1697.04, MXN: 21.2334,
  MYR: 4.7841, NOK: 11.7488, NZD: 2.0559, PHP: 67.939, PLN: 4.2375, RON: 5.0848, SEK: 11.0055, SGD: 1.5067,
  THB: 37.416, TRY: 48.9127, USD: 1.1539, ZAR: 19.9418,
};

/** The fixing of a day: a working day's rate wanders about the one of the last. */
function fixed(quote: string, at: number): number {
  const last = EURO[quote] ?? 1;
  const phase = quote.charCodeAt(0) + 3 * quote.charCodeAt(1);
  const wave = (days: number) => Math.sin((days + phase) / 9) * 0.012 + Math.sin((days + phase) / 2.3) * 0.003;
  const days = (LAST - at) / DAY;
  return Number((last * (1 + wave(days) - wave(0))).toPrecision(6));
}

function published(at: number): number {
  let day = at;
  while (new Date(day).getUTCDay() % 6 === 0) day -= DAY;
  return day;
}

function cross(base: string, quote: string, at: number): string {
  const [one, other] = [base === "EUR" ? 1 : fixed(base, at), quote === "EUR" ? 1 : fixed(quote, at)];
  return base === "EUR" ? String(other) : (other / one).toFixed(12);
}

interface Response {
  status: number;
  json: unknown;
}

function unknown(code: string): Response {
  return { status: 400, json: { code: "unknown_currency", message: `There are no rates of ${code}.`, extra: {} } };
}

export function rates(query: URLSearchParams): Response {
  const base = query.get("base") ?? "EUR";
  if (base !== "EUR" && !(base in EURO)) return unknown(base);
  const on = published(Math.min(LAST, Date.parse(query.get("on") ?? iso(LAST))));
  const json: FxRates = {
    base,
    day: iso(on),
    rates: ["EUR", ...Object.keys(EURO)]
      .filter((quote) => quote !== base)
      .sort()
      .map((quote) => ({ quote, rate: cross(base, quote, on), day: iso(on), computed: base !== "EUR" })),
    source: SOURCE,
    history_from: "1999-01-04",
    words: "",
  };
  return { status: 200, json };
}

export function rateHistory(quote: string, query: URLSearchParams): Response {
  const base = query.get("base") ?? "EUR";
  const points: FxHistory["points"] = [];
  for (let at = LAST - Number(query.get("days") ?? 90) * DAY; at <= LAST; at += DAY) {
    if (new Date(at).getUTCDay() % 6 !== 0) points.push({ day: iso(at), rate: cross(base, quote, at) });
  }
  const json: FxHistory = { base, quote, computed: base !== "EUR", points, source: SOURCE, words: "" };
  return { status: 200, json };
}

const asked = new Set<string>();

/** Every third one files nothing; of the others each must be asked about first. */
export function company(symbol: string, name: string, index: number, ask: boolean): Company {
  const cik = String(1_000_000 + index).padStart(10, "0");
  const nothing = {
    name: null, sic: null, sic_description: null, state: null, fiscal_year_end: null, website: null, filings: [], source: null,
  };
  if (index % 3 === 1) {
    return { ...nothing, cik: null, status: "no_cik", words: `${symbol} has no CIK: no source says that it files with the SEC` };
  }
  if (ask) asked.add(symbol);
  if (!asked.has(symbol)) {
    return { ...nothing, cik, name, status: "not_asked", words: "The SEC has not been asked about this company yet" };
  }
  const file = (form: string, filed_on: string, period_end: string | null, description: string | null) => ({
    form, filed_on, period_end, description,
    url: `https://www.sec.gov/Archives/edgar/data/${cik}/${filed_on}.htm`,
  });
  return {
    cik,
    name,
    sic: "3571",
    sic_description: "Electronic Computers",
    state: "CA",
    fiscal_year_end: "09-28",
    website: "https://www.example.com",
    filings: [
      file("10-K", "2026-10-30", "2026-09-28", "10-K"),
      file("8-K", "2026-10-29", "2026-10-29", "Current report, results of operations"),
      file("10-Q", "2026-07-31", "2026-06-28", null),
      file("10-Q", "2026-05-01", "2026-03-29", null),
      file("DEF 14A", "2026-01-08", "2026-02-24", "Definitive proxy statement"),
      file("10-K/A", "2025-12-02", "2025-09-28", null),
    ],
    source: { provider: "sec", fetched_at: "2026-11-21T05:07:40Z" },
    status: "known",
    words: "",
  };
}
