/**
 * Numbers and dates as people read them. The API speaks in fractions, ISO dates and UTC instants; unknown is `null`
 * there and «—» here, never 0.
 */

export const UNKNOWN = "—";

type Maybe = number | null | undefined;

const formats = new Map<string, Intl.NumberFormat>();

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat("en-US", options);
    formats.set(key, format);
  }
  return format;
}

const MINUS = "\u2212";

function typographic(text: string): string {
  return text.replace("-", MINUS);
}

/** A plain number with a fixed count of decimals, or «—». */
export function number(value: Maybe, decimals = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  return typographic(
    numberFormat({ minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value),
  );
}

/** A decimal number with so many decimals, rounded as it stands and not as a binary fraction near it. */
export function decimal(value: number | string, decimals: number): string {
  // From text, format() rounds exactly; the type of its parameter asks for a literal.
  const exact = String(value) as `${number}`;
  return typographic(numberFormat({ minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(exact));
}

/** A price per share: two decimals, four below one unit, where cents are too coarse. */
export function price(value: Maybe): string {
  if (value === null || value === undefined) return UNKNOWN;
  return number(value, Math.abs(value) < 1 ? 4 : 2);
}

function defaultDecimals(fraction: Maybe): number {
  const size = Math.abs(fraction ?? 0);
  return size >= 10 ? 0 : size >= 1 ? 1 : 2;
}

/**
 * A fraction as a percentage with its sign: 0.0123 → «+1.23%». From 100% on one decimal is enough, and from
 * 1000% none, unless `decimals` says otherwise.
 */
export function change(value: Maybe, decimals = defaultDecimals(value)): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  // Minus zero and what rounds to zero carry no sign.
  const rounded = Number((value * 100).toFixed(decimals));
  const sign = rounded > 0 ? "+" : "";
  return `${sign}${number(rounded === 0 ? 0 : rounded, decimals)}%`;
}

/** A fraction as a percentage without a plus sign: 0.25 → «25.0%». */
export function percent(value: Maybe, decimals = 1): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  return `${number(value * 100, decimals)}%`;
}

/** A large amount, shortened: 1 234 567 → «1.23M». */
export function compact(value: Maybe): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  return typographic(numberFormat({ notation: "compact", maximumSignificantDigits: 3 }).format(value));
}

/** A whole number with separators. */
export function count(value: Maybe): string {
  return number(value, 0);
}

/** An amount of dollars, shortened: «$1.23M». */
export function dollars(value: Maybe): string {
  return value === null || value === undefined ? UNKNOWN : `$${compact(value)}`;
}

const SYMBOLS: Record<string, string> = { USD: "$", EUR: "€", GBP: "£", JPY: "¥" };

/** A price with its currency: «$12.30», «12.30 SEK». Minor units such as GBX are units and follow the number. */
export function money(value: Maybe, currency: string | null): string {
  if (value === null || value === undefined) return UNKNOWN;
  const symbol = currency === null ? undefined : SYMBOLS[currency];
  return symbol ? `${symbol}${price(value)}` : `${price(value)} ${currency ?? ""}`.trimEnd();
}

/** Earnings or dividends a share: cents are enough, also below one unit. */
export function perShare(value: Maybe, currency: string | null, decimals = 2): string {
  if (value === null || value === undefined) return UNKNOWN;
  const symbol = currency === null ? undefined : SYMBOLS[currency];
  const text = number(Math.abs(value), decimals);
  const sign = Number(text.replaceAll(",", "")) !== 0 && value < 0 ? MINUS : "";
  return symbol ? `${sign}${symbol}${text}` : `${sign}${text} ${currency ?? ""}`.trimEnd();
}

/** The unit of a figure decides how it is written. */
export function figure(value: Maybe, unit: string): string {
  switch (unit) {
    case "fraction":
      return change(value);
    case "price":
      return price(value);
    case "usd":
      return dollars(value);
    case "shares":
      return compact(value);
    case "index":
      return number(value, 1);
    default:
      return number(value, 2);
  }
}

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const SHORT_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const INSTANT = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

/** An exchange date, as it stands: it has no time zone to convert. */
export function day(session: string | null | undefined): string {
  return session ? DAY.format(new Date(`${session.slice(0, 10)}T00:00:00Z`)) : UNKNOWN;
}

/** Dates within a sentence, as people write them. */
export function readable(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\d/g, day);
}

export function shortDay(session: string | null | undefined): string {
  return session ? SHORT_DAY.format(new Date(`${session.slice(0, 10)}T00:00:00Z`)) : UNKNOWN;
}

/** An instant, in the reader's own time zone. */
export function instant(at: string | null | undefined): string {
  return at ? INSTANT.format(new Date(at)) : UNKNOWN;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const LOCAL_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** When something will be, in the reader's own time zone: «16:40», «tomorrow 02:10», «24 Nov, 02:10». */
export function moment(at: string, now: string): string {
  const [then, today] = [new Date(at), new Date(now)];
  const tomorrow = new Date(today);
  tomorrow.setDate(today.getDate() + 1);
  const time = CLOCK.format(then);
  if (then.toDateString() === today.toDateString()) return time;
  if (then.toDateString() === tomorrow.toDateString()) return `tomorrow ${time}`;
  return `${LOCAL_DAY.format(then)}, ${time}`;
}

/** How long, roughly: «less than a minute», «about 12 min», «about 2 h 05 min», «about 3 days». */
export function about(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return "less than a minute";
  if (minutes < 60) return `about ${String(minutes)} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `about ${String(hours)} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `about ${String(Math.round(hours / 24))} days`;
}

const SECONDS = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** The time of day of something near, to the second, in the reader's own time zone. */
export function clockTime(at: string): string {
  return SECONDS.format(new Date(at));
}

/** How long until something: «now», «in 4 s», «in 12 min»; from an hour on its time, «at 16:40», «tomorrow 02:10». */
export function until(at: string, now: string): string {
  const seconds = Math.ceil((Date.parse(at) - Date.parse(now)) / 1000);
  if (seconds <= 0) return "now";
  if (seconds < 100) return `in ${String(seconds)} s`;
  if (seconds < 3600) return `in ${String(Math.round(seconds / 60))} min`;
  const then = moment(at, now);
  return /^\d/.test(then) && !then.includes(",") ? `at ${then}` : then;
}

/** A length of time, roughly and in two units at most: «42 s», «3 min», «2 h 10 min», «4 days». */
export function roughly(seconds: number): string {
  if (seconds < 100) return `${String(Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${String(minutes)} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${String(Math.round(minutes / 1440))} days`;
  return minutes % 60 === 0 ? `${String(hours)} h` : `${String(hours)} h ${String(minutes % 60)} min`;
}

/** How long ago, in one unit: «3 min ago». Both instants are of the same (possibly virtual) clock. */
export function ago(at: string | null | undefined, now: string): string {
  if (!at) return UNKNOWN;
  const seconds = Math.round((new Date(now).getTime() - new Date(at).getTime()) / 1000);
  if (seconds < 0) return instant(at);
  if (seconds < 45) return "just now";
  if (seconds < 90 * 60) return `${String(Math.max(1, Math.round(seconds / 60)))} min ago`;
  if (seconds < 36 * 3600) return `${String(Math.round(seconds / 3600))} h ago`;
  return `${String(Math.round(seconds / 86400))} days ago`;
}

/** A length of time: «0.8 s», «42 s», «3 min 5 s», «2 h 10 min». */
export function duration(seconds: Maybe): string {
  if (seconds === null || seconds === undefined) return UNKNOWN;
  if (seconds < 10) return `${number(seconds, 1)} s`;
  if (seconds < 60) return `${number(seconds, 0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${String(minutes)} min ${String(Math.round(seconds % 60))} s`;
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}

const KINDS: Record<string, string> = {
  common_stock: "Common stock",
  adr: "ADR",
  etf: "ETF",
  unknown: "Class unknown",
};

/** A code such as «common_stock» in words. */
export function kind(code: string): string {
  return KINDS[code] ?? words(code);
}

/** «not_published» → «Not published». */
export function words(code: string): string {
  const text = code.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const SOURCES: Record<string, string> = {
  alphavantage: "Alpha Vantage",
  ecb: "ECB euro reference rates",
  finnhub: "Finnhub",
  massive: "Massive",
  newsapi: "NewsAPI",
  sec: "SEC EDGAR",
  sample: "sample data, fictional",
};

/** Whose figures these are, by name. */
export function sourceName(provider: string): string {
  return SOURCES[provider] ?? provider;
}

/** Where a figure comes from, in one line. */
export function provenance(
  source: { provider: string; channel: string; basis?: string; fetched_at?: string | null } | null | undefined,
): string {
  if (!source) return "Source unknown";
  const channel = source.channel ? `, ${source.channel.replaceAll("_", " ")}` : "";
  return `Source: ${source.provider}${channel}`;
}
