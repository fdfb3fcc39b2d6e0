/** What the strip «going live» says of the history that is being brought. No look, no clock of its own. */
import type { History, HistoryStep, Status } from "@/api/types";
import { about, count, day, moment } from "@/lib/format";

export type Tone = "running" | "waiting" | "stopped";

export interface Bringing {
  tone: Tone;
  title: string;
  /** What comes; `null` where it has stopped. */
  line: string | null;
  /** Sessions stored of wanted, in percent; `null` while it is not known how many are wanted. */
  share: number | null;
  counted: string | null;
  /** «about 2 h 05 min, until 16:40»; `null` where nobody can tell. */
  end: string | null;
  /** When the next call is free, while it waits for one. */
  next: string | null;
  /** Why something does not go on, and what to do. */
  troubles: Trouble[];
}

export interface Trouble {
  what: string;
  why: string;
  advice: string | null;
}

// The state changes between the two every minute, as calls come free; the strip need not.
const COMING = "Bringing the market's history";
const TITLES: Record<Tone, string> = { running: COMING, waiting: COMING, stopped: "The market's history has stopped" };

/** `null` where there is nothing to tell: no history is brought, or all of it is there. */
export function bringing(history: Status["history"], now: string): Bringing | null {
  if (!history || history.state === "done") return null;
  const sessions = history.steps.find((step) => step.name === "sessions");
  const known = sessions?.total ? sessions : null;
  return {
    tone: history.state,
    title: TITLES[history.state],
    line:
      history.state === "stopped"
        ? null
        : `Back to ${day(history.since)}, newest first. Each figure appears when its history suffices.`,
    share: known?.total ? Math.min(100, (100 * known.done) / known.total) : null,
    counted: known ? `${count(known.done)} of ${count(known.total)} sessions` : null,
    end: ending(history, now),
    next: coming(history.next_try_at, now),
    troubles: troubles(history),
  };
}

function ending(history: History, now: string): string | null {
  if (history.state === "stopped") return null;
  const { estimated_end_at: end } = history;
  if (end !== null) {
    const seconds = (Date.parse(end) - Date.parse(now)) / 1000;
    return seconds <= 0 ? "almost done" : `${about(seconds)}, until ${moment(end, now)}`;
  }
  const next = coming(history.next_try_at, now);
  return next === null ? null : `goes on at ${next}`;
}

function coming(at: string | null, now: string): string | null {
  return at !== null && Date.parse(at) > Date.parse(now) ? moment(at, now) : null;
}

function troubles(history: History): Trouble[] {
  const refused = history.steps
    .filter((step) => step.state === "refused")
    .map((step) => ({ what: step.label, why: step.words, advice: advice(step.words, "The rest goes on without it.") }));
  if (history.state !== "stopped") {
    // The words say how far it is, as the bar does, and last, in brackets, what holds it up.
    const holdUp = /\((.+)\)\.?$/.exec(history.words)?.[1];
    return holdUp ? [{ what: "Held up", why: holdUp, advice: null }, ...refused] : refused;
  }
  if (refused.some((trouble) => trouble.why === history.words)) return refused;
  return [
    { what: "Why", why: history.words, advice: advice(history.words, "What is stored stays, and is not asked for again.") },
    ...refused,
  ];
}

/** Words that name a command say themselves what to do. */
function advice(words: string, consequence: string): string | null {
  return words.includes("manage.py") ? null : `${consequence} See what your key includes: manage.py probe`;
}

/** «112 of 501», «3», or nothing where nothing is counted. */
export function counted(step: HistoryStep): string {
  const text = step.total !== null && step.total > 1 ? `${count(step.done)} of ${count(step.total)}` : count(step.done);
  // What its own words say need not be said twice.
  return step.done + (step.total ?? 0) <= 2 || step.words.includes(text) ? "" : text;
}

const CLASSES_UNKNOWN =
  "The classes of the instruments (common stock, fund, warrant …) are not known yet, so there is nothing to compare.";

interface Unranked {
  unranked: { code: string; text: string } | null;
}

/**
 * Why nothing is ranked, in one sentence: the terms that nobody has accepted, or else what holds for most of the
 * rows. `null` where the strip above says it already.
 */
export function whyUnranked(status: Status, rows: readonly Unranked[]): string | null {
  const analysis = status.history?.steps.find((step) => step.name === "analysis");
  if (analysis?.state === "refused") return null;
  const terms = [analysis?.words, status.last_run?.message, ...rows.map((row) => row.unranked?.text)];
  const unaccepted = terms.find((words) => words?.includes("accept_terms"));
  if (unaccepted) return unaccepted;
  const tally = new Map<string, { code: string; text: string; times: number }>();
  for (const { unranked } of rows) {
    if (!unranked) continue;
    const same = tally.get(unranked.code) ?? { ...unranked, times: 0 };
    tally.set(unranked.code, { ...same, times: same.times + 1 });
  }
  const [most] = [...tally.values()].sort((one, other) => other.times - one.times);
  if (!most) return null;
  return most.code === "class_unknown" ? CLASSES_UNKNOWN : `In most cases: ${most.text}`;
}
