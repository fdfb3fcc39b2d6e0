/** Limits, the plan, kept answers and freshness of the invented market. */
import type { ApiUsage, CacheUsage, Datum, Entitlement, Freshness, LimitWindow, ProviderUsage, Refresh } from "../src/api/types.ts";

const NOW = Date.UTC(2026, 10, 23, 15, 0, 0);
const after = (seconds: number) => new Date(NOW + 1000 * seconds).toISOString();

function window(scope: string, limit: number, seconds: number, changes: Partial<LimitWindow> = {}): LimitWindow {
  return {
    scope, limit, seconds, used: 0, held: 0, free: limit, free_planned: limit, reserve: Math.floor(limit / 5), lent: 0, foreign: 0,
    next_free_at: null, resets_at: null, full_until: null, source: "https://example.com/pricing: as invented", ...changes,
  };
}

function entitlement(endpoint: string, state: Entitlement["state"], words = ""): Entitlement {
  const ask_again_at = state === "not_included" ? after(6 * 86400) : null;
  return { endpoint, state, words, since: state === "unknown" ? null : after(-3600), ask_again_at, floor: null, uncovered_symbols: 0 };
}

const NOBODY: Omit<ProviderUsage, "provider" | "title"> = {
  configured: true, words: "", plan: "", windows: [], lanes: { essential: 0, interactive: 0, planned: 0 }, states: {}, circuits: [],
  entitlements: [], planned: 0, next_calls: [], trust: [], news: null, minutes: Array.from({ length: 60 }, () => 0),
};

export function usage(symbols: string[]): ApiUsage {
  const calls = symbols.slice(0, 10).map((symbol, place) => ({
    at: after(2 + 4 * place), kind: "quote" as const, symbol, gain: 123.4 / (place + 1), promised: place % 4 === 1,
  }));
  return {
    at: after(0),
    level: "full",
    sentence: "Everything is asked: what people hold, watch and look at first, the rest of the market by value.",
    planned_at: after(-6),
    providers: [
      {
        ...NOBODY, provider: "massive", title: "Massive", plan: "basic",
        windows: [window("massive:stocks", 5, 60, { used: 4, held: 1, free: 0, free_planned: 0, lent: 1, next_free_at: after(9), resets_at: after(58) })],
        lanes: { essential: 2, interactive: 3, planned: 40 },
        states: { sent: 42, unknown: 2, not_sent: 1 },
        circuits: [{ endpoint: "splits", state: "open", why: "503 Service Unavailable, five times in a row", retry_at: after(1500) }],
        entitlements: [
          entitlement("grouped_daily", "included"),
          entitlement("aggregates_second", "not_included", "You are not entitled to this data. Please upgrade your plan."),
          entitlement("news", "unknown"),
        ],
        planned: 2, minutes: NOBODY.minutes.map((_, minute) => (minute === 20 || minute === 41 ? 1 : 0)),
        trust: [{ kind: "bars", score: 0.97, agreed: 118, disagreed: 3, words: "118 of 121 sessions agreed with Alpha Vantage" }],
      },
      {
        ...NOBODY, provider: "finnhub", title: "Finnhub", plan: "free",
        windows: [
          window("finnhub:market_data", 20, 1),
          window("finnhub:market_data", 60, 60, { used: 37, free: 23, free_planned: 11, next_free_at: after(4), resets_at: after(58) }),
          window("finnhub:fundamentals", 60, 60),
        ],
        lanes: { essential: 0, interactive: 12, planned: 2100 },
        states: { sent: 2112 },
        entitlements: [entitlement("quote", "included")],
        planned: 2400, next_calls: calls, minutes: NOBODY.minutes.map((_, minute) => 30 + ((minute * 7) % 19)),
      },
      { ...NOBODY, provider: "ecb", title: "ECB", lanes: { essential: 0, interactive: 0, planned: 1 }, states: { sent: 1 } },
      {
        ...NOBODY, provider: "newsapi", title: "NewsAPI", configured: false,
        words: "There is no key for NewsAPI: put NEWSAPI_API_KEY into .env and start again",
      },
    ],
  };
}

export const CACHE: CacheUsage = {
  hit_rate: 0.84, hits: 70, shared: 14, misses: 16, since: after(-7200),
  endpoints: [
    { provider: "finnhub", endpoint: "quote", hits: 60, shared: 14, misses: 6, hit_rate: 0.925, max_age_seconds: 15 },
    { provider: "finnhub", endpoint: "profile", hits: 10, shared: 0, misses: 10, hit_rate: 0.5, max_age_seconds: 86400 },
    { provider: "massive", endpoint: "market_now", hits: 0, shared: 0, misses: 0, hit_rate: null, max_age_seconds: 60 },
  ],
};

const DATUM: Datum = {
  kind: "quote", label: "Last price", value_at: after(-90), asked_at: after(-87), age_seconds: 87, open_age_seconds: 87, source: "finnhub",
  provider: "finnhub", tier: "page", target_age_seconds: 60, within_target: false, next_call_at: after(12), next_provider: "finnhub",
  gain: 12.3, why_not_sooner: "9 calls of finnhub that buy more come before it.", error: null,
};

export function freshness(symbol: string): Freshness {
  const bars: Datum = {
    ...DATUM, kind: "bars", label: "Daily bars", value_at: "2026-11-20T21:00:00Z", age_seconds: 237_600, open_age_seconds: 1_800,
    source: "massive", provider: "massive", tier: "universe", target_age_seconds: null, within_target: null,
    next_call_at: "2026-11-24T05:05:00Z", next_provider: "massive", gain: null,
    why_not_sooner: "The whole market's day comes in one file, once it is published after the session's end.",
  };
  const company: Datum = {
    ...DATUM, kind: "company", label: "Company", value_at: null, asked_at: null, age_seconds: null, open_age_seconds: null, source: null,
    provider: null, tier: "universe", target_age_seconds: null, within_target: null, next_call_at: null, next_provider: null, gain: null,
    why_not_sooner: "Nobody has asked for it.",
  };
  return { symbol, at: after(0), level: "full", data: [bars, DATUM, company] };
}

export function refresh(symbol: string, body: unknown): Refresh {
  const { kinds, confirm } = body as { kinds: Refresh["refreshed"]; confirm: boolean };
  return {
    symbol,
    calls: kinds.map((kind) => ({ kind, provider: "finnhub", endpoint: "quote", calls: 1, free: 47, limit: 60, resets_at: null })),
    total: kinds.length,
    refreshed: confirm ? kinds : [],
    skipped: [],
  };
}
