/** A company as the SEC tells of it, in words. */
import { ApiError } from "@/api/errors";
import { about, moment } from "@/lib/format";

const FORMS: Record<string, string> = {
  "10-K": "Annual report",
  "10-Q": "Quarterly report",
  "8-K": "Current report",
  "20-F": "Annual report of a foreign company",
  "40-F": "Annual report of a Canadian company",
  "6-K": "Report of a foreign company",
  "DEF 14A": "Proxy statement",
  "S-1": "Registration of new shares",
  "424B4": "Prospectus",
  "4": "Dealing of an insider",
};

/** What a form is; an amended one says so. `null` where the form is none of the common ones. */
export function formWords(form: string): string | null {
  const amended = form.endsWith("/A");
  const words = FORMS[amended ? form.slice(0, -2) : form];
  return words === undefined ? null : amended ? `${words}, amended` : words;
}

/** What a filing is. The SEC's description is often the form's name once more; then the form's meaning says more. */
export function filingWords({ form, description }: { form: string; description: string | null }): string | null {
  const told = description?.trim() ?? "";
  const repeats = told.replace(/^form\s+/i, "").toUpperCase() === form.toUpperCase();
  return told === "" || repeats ? (formWords(form) ?? (told || null)) : told;
}

const MONTH_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "UTC" });

/** «09-28» → «28 September». What is not of this form stays as it is. */
export function yearEnd(text: string): string {
  const found = /^(\d\d)-?(\d\d)$/.exec(text);
  // A leap year, for those who end theirs on 29 February.
  const date = new Date(`2024-${found?.[1] ?? ""}-${found?.[2] ?? ""}T00:00:00Z`);
  return found && !Number.isNaN(date.getTime()) ? MONTH_DAY.format(date) : text;
}

/** Why asking did not work, and what to do. `now` is the one clock's. */
export function refusalWords(error: Error, now: string | undefined): string {
  if (!(error instanceof ApiError)) return `${error.message} Check that the platform is running, then try again.`;
  const message = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
  if (error.status === 429) return `No call to the SEC is free at present. ${again(error.extra.retry_at, now)}`;
  if (error.status >= 500) return `The SEC did not answer as it should: ${message} Nothing was stored; try again later.`;
  return message;
}

function again(at: unknown, now: string | undefined): string {
  if (typeof at !== "string" || now === undefined) return "Try again later.";
  const seconds = Math.ceil((Date.parse(at) - Date.parse(now)) / 1000);
  if (Number.isNaN(seconds)) return "Try again later.";
  if (seconds <= 5) return "Try again in a few seconds.";
  return seconds < 60
    ? `Try again in ${String(seconds)} s.`
    : `Try again at ${moment(at, now)}, in ${about(seconds)}.`;
}
