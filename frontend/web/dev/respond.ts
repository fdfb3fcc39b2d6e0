/**
 * Answers like the API, from an invented market: for `npm run dev:mock` and for the unit tests. The figures follow
 * from the symbol, so that two runs look alike.
 */
import type { Analysis, Bar, Figure, Issue, Prices, Run, Source, Status, Stock, StockData, StockPage, StockRow } from "../src/api/types.ts";
import { words } from "../src/lib/format.ts";
import { CACHE, freshness, refresh, usage } from "./planner.ts";
import { company, rateHistory, rates } from "./reference.ts";

export interface Response {
  status: number;
  json?: unknown;
}

const SESSIONS: string[] = [];
for (let at = Date.UTC(2024, 9, 1); at <= Date.UTC(2026, 10, 20); at += 86_400_000) {
  const date = new Date(at);
  if (date.getUTCDay() % 6 !== 0) SESSIONS.push(date.toISOString().slice(0, 10));
}
const LAST = SESSIONS.at(-1) ?? "";
const SOURCE: Source = { provider: "sample", channel: "fetched", basis: "raw", fetched_at: "2026-11-21T05:05:12Z" };

/** A generator of numbers in [0, 1) that always gives the same ones for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const FIRST = ["North", "Blue", "Iron", "Silver", "Cedar", "Harbor", "Summit", "Prairie", "Quartz", "Lumen", "Orchid", "Delta"];
const SECOND = ["wind Robotics", "field Foods", "gate Semiconductor", "stone Bancorp", "wave Biotech", "line Logistics", "peak Energy", "light Media"];

function closes(index: number): number[] {
  const next = numbers(index + 7);
  const drift = (next() - 0.45) * 0.002;
  let value = 8 + next() * 220;
  return SESSIONS.map(() => {
    value *= 1 + drift + (next() + next() + next() - 1.5) * 0.028;
    return value;
  });
}

function makeRow(index: number): StockRow {
  const kind = index % 9 === 4 ? "etf" : index % 23 === 5 ? "warrant" : index % 13 === 3 ? "adr" : "common_stock";
  const series = closes(index);
  const last = series.at(-1) ?? 0;
  const over = (sessions: number) => last / (series.at(-1 - sessions) ?? last) - 1;
  const young = index % 17 === 6;
  const unranked =
    kind === "warrant"
      ? { code: "class", text: "Warrants are not ranked: only common stocks, ADRs and ETFs are." }
      : index % 29 === 7
        ? { code: "liquidity", text: "Its median dollar volume over 63 sessions, $412 K, is below $1 M." }
        : null;
  const letters = String.fromCharCode(65 + (index % 26), 65 + ((index * 7) % 26), 65 + (Math.floor(index / 26) % 26));
  return {
    symbol: `${letters}${kind === "warrant" ? "W" : index % 3 === 0 ? "X" : ""}${index % 41 === 9 ? ".B" : ""}`,
    name: kind === "etf" ? `${FIRST[index % 12] ?? ""} Index Fund` : `${FIRST[index % 12] ?? ""}${SECOND[(index * 5) % 8] ?? ""} ${index % 2 ? "Inc." : "Corporation"}`,
    kind,
    exchange: index % 2 ? "XNAS" : "XNYS",
    currency: "USD",
    session: LAST,
    close: last,
    volume: 1e5 + ((index * 7919) % 900) * 1e4,
    return_1: over(1),
    return_5: over(5),
    return_21: over(21),
    return_63: over(63),
    return_126: over(126),
    return_252: young ? null : over(252),
    rsi_14: 30 + ((index * 37) % 45),
    volatility_252: young ? null : 0.15 + (index % 30) / 60,
    distance_from_high_252: young ? null : Math.min(0, last / Math.max(...series.slice(-252)) - 1),
    beta_252: young ? null : 0.6 + (index % 12) / 10,
    mean_dollar_volume_20: 1e6 * (1 + ((index * 31) % 700)),
    score: unranked ? null : 100 - ((index * 61) % 1000) / 10,
    rank: unranked ? null : index + 1,
    board: unranked ? null : kind === "etf" ? "etfs" : "stocks",
    unranked,
    source: SOURCE,
    spark: series.slice(-42).map((value, place) => (index % 11 === 2 && place > 12 && place < 17 ? null : value)),
    stale: index % 31 === 12,
  };
}

const ROWS = Array.from({ length: 500 }, (_, index) => makeRow(index));

const RUNS: Run[] = [
  { id: 4, kind: "session", subject: LAST, trigger: "schedule", state: "done", started_at: "2026-11-21T05:05:00Z", finished_at: "2026-11-21T05:05:09Z", seconds: 9.4, calls: 2, rows: { inserted: 500, changed: 0, unchanged: 0, refused: 1 }, analysed: 471, ranked: 402, progress: { done: 0, total: null }, error: null, message: "500 of the usual 500 rows" },
  { id: 3, kind: "backfill", subject: "2026-01-02 to 2026-11-19", trigger: "command", state: "running", started_at: "2026-11-21T05:01:00Z", finished_at: null, seconds: null, calls: 41, rows: { inserted: 20500, changed: 0, unchanged: 0, refused: 0 }, analysed: 0, ranked: 0, progress: { done: 41, total: 222 }, error: null, message: "Five calls a minute: about 36 minutes more" },
  { id: 2, kind: "session", subject: "2026-11-19", trigger: "schedule", state: "failed", started_at: "2026-11-20T05:05:00Z", finished_at: "2026-11-20T05:05:02Z", seconds: 2.1, calls: 1, rows: { inserted: 0, changed: 0, unchanged: 0, refused: 500 }, analysed: 0, ranked: 0, progress: { done: 0, total: null }, error: "The answer was refused whole: 61 of 500 rows (12.2 %) are impossible. Nothing was stored; it is asked again at 05:20.", message: null },
  { id: 1, kind: "import", subject: "sample market", trigger: "command", state: "done", started_at: "2026-11-18T12:00:00Z", finished_at: "2026-11-18T12:00:07Z", seconds: 7.2, calls: 0, rows: { inserted: 259500, changed: 0, unchanged: 0, refused: 0 }, analysed: 0, ranked: 0, progress: { done: 0, total: null }, error: null, message: null },
];

const ISSUES: Issue[] = [
  { id: 1, kind: "rows_quarantined", kind_label: "Rows were put in quarantine", session: LAST, symbol: ROWS.find((row) => row.stale)?.symbol ?? null, message: `One row of ${LAST} was put in quarantine: its low 14.10 is above its high 13.90. The others were stored.`, times: 3, opened_at: "2026-11-21T05:05:09Z", last_seen_at: "2026-11-21T05:07:09Z", closed_at: null },
];

const STATUS: Status = {
  mode: "sample",
  mode_name: "sample-7-500",
  synthetic: true,
  notice: "This is sample data: a fictional market, made from a seed. No company, price or event in it is real.",
  now: "2026-11-21T05:08:20Z",
  clock_rate: 1,
  latest_session: LAST,
  latest_ranked_session: LAST,
  next_session: "2026-11-23",
  instruments: 500,
  analysed: 471,
  ranked: 402,
  last_run: RUNS[0] ?? null,
  open_issues: ISSUES.length,
  providers: [{ provider: "massive", last_call_at: "2026-11-21T05:05:01Z", last_status: 200, last_error: null }],
  attributions: [{ provider: "ecb", text: "Source: ECB", where: "wherever a converted amount is shown", link: "https://www.ecb.europa.eu" }],
  history: null,
  prices: { provider: "massive", words: "Prices come from massive." },
};

function sorted(rows: StockRow[], sort: string): StockRow[] {
  const key = sort.replace(/^-/, "") as keyof StockRow | "dollar_volume";
  const value = (row: StockRow) => (key === "dollar_volume" ? (row.close ?? 0) * (row.volume ?? 0) : row[key]);
  const way = sort.startsWith("-") ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    if (typeof a === "number" && typeof b === "number") return way * (a - b);
    return typeof a === "string" && typeof b === "string" ? way * a.localeCompare(b) : 0;
  });
}

function stocks(query: URLSearchParams): StockPage {
  const search = query.get("search")?.toLowerCase();
  const least = (name: string) => Number(query.get(name) ?? Number.NEGATIVE_INFINITY);
  const rows = ROWS.filter(
    (row) =>
      (!search || row.symbol.toLowerCase().includes(search) || row.name.toLowerCase().includes(search)) &&
      (!query.has("board") || row.board === query.get("board")) &&
      (!query.has("kind") || row.kind === query.get("kind")) &&
      (!query.has("exchange") || row.exchange === query.get("exchange")) &&
      (query.get("ranked") !== "false" || row.rank === null) &&
      (!query.has("min_price") || (row.close ?? 0) >= least("min_price")) &&
      (!query.has("min_score") || (row.score ?? 0) >= least("min_score")),
  );
  const offset = Number(query.get("offset") ?? 0);
  return {
    count: rows.length,
    session: LAST,
    results: sorted(rows, query.get("sort") ?? "-score").slice(offset, offset + Number(query.get("limit") ?? 100)),
  };
}

function bars(index: number): Bar[] {
  const next = numbers(index + 99);
  return closes(index).flatMap((close, place) => {
    if (place > 400 && place < 405) return [];
    const open = close * (1 + (next() - 0.5) * 0.024);
    return [
      {
        session: SESSIONS[place] ?? "",
        open,
        high: Math.max(open, close) * (1 + next() * 0.012),
        low: Math.min(open, close) * (1 - next() * 0.012),
        close,
        volume: Math.round(1e6 * (0.5 + next())),
        source: 1,
      },
    ];
  });
}

const ACTIONS: Prices["actions"] = [
  { kind: "split", ex_date: "2026-06-15", ratio: 4, amount: null, currency: null, known_at: "2026-06-01T09:00:00Z" },
  ...["2026-02-13", "2026-05-15", "2026-08-14", "2026-11-13"].map((ex_date) => ({
    kind: "dividend" as const, ex_date, ratio: null, amount: 0.24, currency: "USD", known_at: `${ex_date}T09:00:00Z`,
  })),
];

function prices(row: StockRow, index: number, query: URLSearchParams): Prices {
  const adjust = (query.get("adjust") ?? "all") as Prices["adjust"];
  const withheld = index % 31 === 12 && adjust === "all";
  const from = query.get("from") ?? "";
  return {
    symbol: row.symbol,
    adjust,
    currency: "USD",
    from: query.get("from"),
    to: null,
    known: !withheld,
    reason: withheld ? "Its dividends are not known: the provider answered «not entitled to this data»." : null,
    bars: withheld ? [] : bars(index).filter((bar) => bar.session >= from),
    missing: SESSIONS.slice(401, 405),
    actions: ACTIONS,
    sources: [{ id: 1, ...SOURCE, detail: null }],
  };
}

function analysis(row: StockRow, index: number): Analysis {
  const withheld = index % 31 === 12;
  const figure = (name: string, label: string, group: string, value: number | null, unit: Figure["unit"], formula: string): Figure => ({
    name, label, group, value, unit, formula,
    reason: value === null ? "Too little history: 252 sessions are needed, 183 are there." : null,
    note: withheld && value !== null && /^(sma|macd|rsi|obv)/.test(name) ? "on prices as traded: splits are not known" : null,
  });
  const part = (name: string, label: string, value: number, weight: number, inputs: [string, number | null, number][]) => ({
    name, label, value, weight, inputs: inputs.map(([input, known, percentile]) => ({
      name: input, label: words(input), unit: /rsi|beta/.test(input) ? ("ratio" as const) : ("fraction" as const), value: known, percentile,
    })),
  });
  return {
    symbol: row.symbol,
    session: LAST,
    now: STATUS.now,
    market: { name: "Equally weighted mean of the ranked stocks", members: 402 },
    figures: [
      figure("return_1", "1 session", "returns", row.return_1, "fraction", "C₀ / C₋₁ − 1"),
      figure("return_5", "5 sessions", "returns", row.return_5, "fraction", "C₀ / C₋₅ − 1"),
      figure("return_21", "21 sessions", "returns", row.return_21, "fraction", "C₀ / C₋₂₁ − 1"),
      figure("return_63", "63 sessions", "returns", row.return_63, "fraction", "C₀ / C₋₆₃ − 1"),
      figure("return_126", "126 sessions", "returns", row.return_126, "fraction", "C₀ / C₋₁₂₆ − 1"),
      figure("return_252", "252 sessions", "returns", row.return_252, "fraction", "C₀ / C₋₂₅₂ − 1"),
      figure("sma_20", "SMA 20", "trend", 131.22, "price", "Mean of the last 20 closes"),
      figure("sma_200", "SMA 200", "trend", 118.4, "price", "Mean of the last 200 closes"),
      figure("macd", "MACD", "trend", 1.42, "price", "EMA 12 − EMA 26, each seeded by its SMA"),
      figure("rsi_14", "RSI 14", "momentum", row.rsi_14, "index", "100 − 100 / (1 + mean gain / mean loss), Wilder's smoothing"),
      figure("momentum_12_1", "12-1 momentum", "momentum", row.return_252, "fraction", "C₋₂₁ / C₋₂₅₂ − 1"),
      figure("volatility_252", "Volatility, 252 sessions", "risk", row.volatility_252, "fraction", "Standard deviation of daily log returns × √252"),
      figure("beta_252", "Beta, 252 sessions", "risk", row.beta_252, "ratio", "Covariance with the market / its variance"),
      figure("mean_dollar_volume_20", "Dollar volume, 20 sessions", "volume", row.mean_dollar_volume_20, "usd", "Mean of close × volume, raw"),
      figure("obv_change_21", "Change of OBV, 21 sessions", "volume", 12_400_000, "shares", "OBV₀ − OBV₋₂₁"),
    ],
    score:
      row.score === null || row.board === null
        ? null
        : {
            value: row.score, rank: row.rank, board: row.board, board_size: 402,
            parts: [
              part("trend", "Trend", 88, 0.25, [["sma_20", 0.04, 81], ["sma_200", 0.12, 92]]),
              part("momentum", "Momentum", 91, 0.3, [["momentum_12_1", row.return_252, 93], ["return_63", row.return_63, 84]]),
              part("strength", "Strength", 64, 0.15, [["rsi_14", row.rsi_14, 64]]),
              part("volume", "Volume", 47, 0.1, [["obv_change_21", 12_400_000, 47]]),
              part("risk", "Risk", 72, 0.2, [["volatility_252", row.volatility_252, 70], ["beta_252", row.beta_252, 74]]),
            ],
          },
    unranked: row.unranked,
    sentence:
      row.score === null
        ? `${row.symbol} is not ranked. ${row.unranked?.text ?? ""}`
        : `${row.symbol} ranks ${String(row.rank)} of 402 stocks, above all for its momentum over twelve months; its volume is ordinary.`,
  };
}

function stock(row: StockRow, index: number): Stock {
  const latest = bars(index).at(-1);
  return {
    symbol: row.symbol, name: row.name, kind: row.kind, exchange: row.exchange, currency: row.currency,
    active: true, listed_on: "2019-05-02", delisted_on: null,
    tickers: [{ symbol: row.symbol, first: "2019-05-02", last: null }],
    latest: latest ? { ...latest, vwap: null, source: SOURCE, as_of: "2026-11-20T21:00:00Z" } : null,
    quote: latest?.close == null ? null : {
      price: latest.close * 1.012, at: "2026-11-20T20:59:58Z", previous_close: latest.close, provider: "finnhub", source: "finnhub",
      fetched_at: "2026-11-21T05:07:50Z", age_seconds: 30,
    },
    previous_close: closes(index).at(-2) ?? null,
    return_1: row.return_1,
    actions_known_from: index % 31 === 12 ? null : "2024-10-01",
    actions_note: index % 31 === 12 ? "The provider answered «not entitled to this data»." : null,
    rank: row.rank, score: row.score, board: row.board, unranked: row.unranked, stale: row.stale,
    data_issues: row.stale ? [{ kind: "rows_quarantined", message: "One row of 20 Nov 2026 was put in quarantine: its low is above its high.", session: LAST }] : [],
  };
}

function data(row: StockRow): StockData {
  const old = { open: 130.1, high: 133, low: 129.4, close: 131.9, volume: 1_204_400 };
  return {
    symbol: row.symbol,
    sources: [
      { ...SOURCE, channel: "imported", count: 519, first: SESSIONS[0] ?? "", last: SESSIONS.at(-2) ?? "" },
      { ...SOURCE, count: 1, first: LAST, last: LAST },
    ],
    revisions: [{ session: "2026-11-17", reason: "replaced", recorded_at: "2026-11-19T05:05:00Z", source: SOURCE, old }],
    gaps: [{ from: SESSIONS[401] ?? "", to: SESSIONS[404] ?? "", sessions: 4 }],
    quarantine: row.stale ? [{ session: LAST, reason: "low 14.10 is above high 13.90", payload: '{"T":"ABC","l":14.1,"h":13.9}', source: SOURCE }] : [],
    actions: ACTIONS,
  };
}

let signedIn = true;

function refusal(status: number, code: string, message: string): Response {
  return { status, json: { code, message, extra: {} } };
}

/** The answer to one request. */
export function respond(method: string, address: string, body: unknown): Response {
  const { pathname, searchParams } = new URL(address, "http://localhost");
  const path = decodeURIComponent(pathname);
  if (path === "/api/session") {
    if (method === "POST") {
      signedIn = (body as { password?: string } | null)?.password !== "wrong";
      if (!signedIn) return refusal(400, "invalid_credentials", "The username or password is wrong.");
    } else if (method === "DELETE") {
      signedIn = false;
      return { status: 204 };
    }
    return signedIn
      ? { status: 200, json: { user: { username: "admin", is_staff: true } } }
      : refusal(401, "not_authenticated", "Sign in first.");
  }
  if (!signedIn) return refusal(401, "not_authenticated", "Sign in first.");
  if (path === "/api/status") return { status: 200, json: STATUS };
  if (path === "/api/runs") return { status: 200, json: { count: RUNS.length, results: RUNS } };
  if (path === "/api/issues") return { status: 200, json: { count: ISSUES.length, results: ISSUES } };
  if (path === "/api/stocks") return { status: 200, json: stocks(searchParams) };
  if (path === "/api/fx/rates") return rates(searchParams);
  const quote = /^\/api\/fx\/rates\/(\w+)\/history$/.exec(path)?.[1];
  if (quote) return rateHistory(quote, searchParams);
  if (path === "/api/metrics/cache") return { status: 200, json: CACHE };
  if (path === "/api/metrics/api-usage") return { status: 200, json: usage(ROWS.map((row) => row.symbol)) };
  const match = /^\/api\/stocks\/([^/]+)(?:\/(prices|analysis|data|company|freshness|refresh|viewing))?$/.exec(path);
  const index = ROWS.findIndex((candidate) => candidate.symbol === match?.[1]);
  const row = ROWS[index];
  if (!match || !row) return refusal(404, "not_found", `No instrument has the symbol ${match?.[1] ?? "asked for"}.`);
  switch (match[2]) {
    case "prices":
      return { status: 200, json: prices(row, index, searchParams) };
    case "analysis":
      return { status: 200, json: analysis(row, index) };
    case "company":
      return { status: 200, json: company(row.symbol, row.name, index, method === "POST") };
    case "data":
      return { status: 200, json: data(row) };
    case "freshness":
      return { status: 200, json: freshness(row.symbol) };
    case "refresh":
      return { status: 200, json: refresh(row.symbol, body) };
    case "viewing":
      return { status: 204 };
    default:
      return { status: 200, json: stock(row, index) };
  }
}
