/** Rates as people read them, and what one amount is in another currency. */
import type { FxRates } from "@/api/types";
import { decimal, number } from "@/lib/format";

/** The currency that the ECB quotes all others against; its rates are as published, not computed. */
export const EURO = "EUR";

const NAMES = new Intl.DisplayNames(["en"], { type: "currency", fallback: "code" });

/** «US Dollar»; the code itself where nobody knows a name. */
export function currencyName(code: string): string {
  try {
    return NAMES.of(code) ?? code;
  } catch {
    return code; // Not the form of a code.
  }
}

const FIGURES = 6;

/** How many decimals a rate has: as published, which is five figures at least, or six of one that was computed. */
function decimals(rate: string, computed: boolean): number {
  const size = Math.floor(Math.log10(Math.abs(Number(rate)) || 1));
  const usual = computed
    ? Math.max(0, Math.min(10, FIGURES - 1 - size))
    : Math.max(0, Math.min(FIGURES - 2, FIGURES - 2 - size));
  return computed ? usual : Math.max(rate.split(".")[1]?.length ?? 0, usual);
}

interface Quoted {
  rate: string;
  computed?: boolean;
}

/** One rate: «1.0832». */
export function rateText({ rate, computed = false }: Quoted): string {
  return number(Number(rate), decimals(rate, computed));
}

// As wide as a digit: numbers of different precision stand with their points below one another.
const FIGURE_SPACE = "\u2007";
const PUNCTUATION_SPACE = "\u2008";

/** The rates of a column, each filled up so that the points stand below one another. */
export function column(rates: readonly Quoted[]): string[] {
  const texts = rates.map(rateText);
  const tail = (text: string) => text.split(".")[1]?.length ?? 0;
  const longest = Math.max(0, ...texts.map(tail));
  return texts.map((text) => {
    const missing = longest - tail(text);
    return text + (missing === longest && longest > 0 ? PUNCTUATION_SPACE : "") + FIGURE_SPACE.repeat(missing);
  });
}

/** How much a rate moved since the rate before; `null` unless both are known. */
export function moved(rate: string, before: string | undefined): number | null {
  if (before === undefined || Number(before) === 0) return null;
  return Number(rate) / Number(before) - 1;
}

/** A decimal number as an integer of so many places: «1.15» at 4 is 11500. Further places are rounded. */
function scaled(text: string, places: number): bigint {
  const [whole = "", part = ""] = text.split(".");
  const kept = BigInt(whole + part.slice(0, places).padEnd(places, "0"));
  return kept + (Number(part[places] ?? 0) >= 5 ? 1n : 0n);
}

const PLACES = 16;

/** `amount` × `other` ÷ `one`, exactly but for the last of sixteen places: half a cent must not get lost. */
function exactly(amount: string, other: string, one: string): string {
  const unit = 10n ** BigInt(PLACES);
  const divisor = scaled(one, PLACES);
  const result = (scaled(amount, PLACES) * scaled(other, PLACES) + divisor / 2n) / divisor;
  return `${String(result / unit)}.${String(result % unit).padStart(PLACES, "0")}`;
}

export interface Converted {
  /** A decimal number. */
  amount: string;
  /** What one of the first currency is in the second. */
  one: string;
  /** The day of the older of the two rates. */
  day: string;
}

/** An amount in another currency, by the rates that the table shows; `null` where one of the two is unknown. */
export function convert(amount: number, from: string, to: string, rates: FxRates): Converted | null {
  if (rates.day === null) return null;
  const base = { rate: "1", day: rates.day };
  const find = (code: string) => (code === rates.base ? base : rates.rates.find((rate) => rate.quote === code));
  const [one, other] = [find(from), find(to)];
  if (!one || !other || Number(one.rate) === 0) return null;
  const published = from === rates.base;
  return {
    amount: exactly(String(amount), other.rate, one.rate),
    one: rateText({ rate: published ? other.rate : exactly("1", other.rate, one.rate), computed: !published && from !== to }),
    day: one.day < other.day ? one.day : other.day,
  };
}

/** An amount with as many decimals as its currency has: «1,083.20 USD», «163 JPY». */
export function amountText(amount: number | string, code: string): string {
  const size = Math.abs(Number(amount));
  let digits = 2;
  try {
    digits = new Intl.NumberFormat("en", { style: "currency", currency: code }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    // Not the form of a code: two, as most have.
  }
  // What is worth less than half of the smallest coin is shown with as many figures as it takes.
  const small = size !== 0 && size < 0.5 * 10 ** -digits;
  return `${small ? Number(size.toPrecision(2)).toFixed(10).replace(/0+$/, "") : decimal(amount, digits)} ${code}`;
}
