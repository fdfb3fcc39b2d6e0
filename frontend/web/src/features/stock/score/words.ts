/** An overall score, its parts and its record, in words. */
import type { OverallPart, ScoreRecord } from "@/api/types";
import { number, percent, UNKNOWN } from "@/lib/format";

/** How much of the score a part is, and why that is another share than the table's. */
export function weightWords(part: OverallPart, parts: readonly OverallPart[]): string {
  if (part.weight_used === 0) return `${percent(part.weight, 0)} by the table, not used`;
  if (Math.abs(part.weight_used - part.weight) < 0.005) return `${percent(part.weight, 0)} of the score`;
  const missing = parts.filter((other) => other.weight_used === 0).map((other) => other.label.toLowerCase());
  const why = missing.length > 0 ? `, for ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} missing` : "";
  return `${percent(part.weight_used, 0)} of the score in place of ${percent(part.weight, 0)}${why}`;
}

/** What a part adds to the whole, in points. */
export function points(part: OverallPart): number | null {
  return part.score === null || part.weight_used === 0 ? null : part.score * part.weight_used;
}

/** «+0.04»: a correlation. */
export function correlation(value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN;
  const rounded = Number(value.toFixed(3));
  return `${rounded > 0 ? "+" : ""}${number(rounded === 0 ? 0 : rounded, 3)}`;
}

/** Whether the mean can be told from nothing: further from zero than two of its errors. */
export function tellable(record: Pick<ScoreRecord, "mean" | "standard_error">): boolean {
  return record.mean !== null && record.standard_error !== null && Math.abs(record.mean) > 2 * record.standard_error;
}

const MONTH = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
const SHORT = new Intl.DateTimeFormat("en-US", { month: "short", timeZone: "UTC" });

export function monthName(first: string): string {
  return MONTH.format(new Date(first));
}

/** «Mar», and in January the year. */
export function monthLabel(first: string): string {
  return first.slice(5, 7) === "01" ? first.slice(0, 4) : SHORT.format(new Date(first));
}
