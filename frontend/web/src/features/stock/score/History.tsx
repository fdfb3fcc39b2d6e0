import type { OverallScore } from "@/api/types";
import { day, number } from "@/lib/format";
import { dayPlaces, linePath } from "@/lib/geometry";
import { Panel } from "@/ui/parts";

import classes from "./score.module.css";

const LINES = [
  { name: "technical", label: "Technical" },
  { name: "fundamental", label: "Fundamental" },
  { name: "sentiment", label: "Sentiment" },
  { name: "score", label: "Overall" },
] as const;

/** The scores of past sessions, all on one scale of 0 to 100. */
export function History({ history }: Pick<OverallScore, "history">) {
  const [first, last] = [history[0], history.at(-1)];
  const places = dayPlaces(history.map((past) => past.session));
  return (
    <Panel className={classes.history}>
      <header>
        <h2>Over time</h2>
        <ul aria-hidden="true">
          {[...LINES].reverse().map((line) => (
            <li key={line.name} data-part={line.name}>
              {line.label}
            </li>
          ))}
        </ul>
      </header>
      {!first || !last || history.length < 2 ? (
        <p className={classes.quiet}>
          {history.length === 1 ? `Known of one session so far, ${day(last?.session)}.` : "Nothing is known of other sessions."} A line needs two.
        </p>
      ) : (
        <figure
          role="img"
          aria-label={`Overall score from ${number(first.score, 0)} on ${day(first.session)} to ${number(last.score, 0)} on ${day(last.session)}; ${String(history.length)} sessions`}
        >
          <div className={classes.chart}>
            {[100, 75, 50, 25, 0].map((level) => (
              <span key={level} style={{ bottom: `${String(level)}%` }}>
                {level}
              </span>
            ))}
            <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
              {LINES.map((line) => (
                <path key={line.name} data-part={line.name} d={linePath(history.map((past) => past[line.name]), places, 0, 100)} />
              ))}
            </svg>
          </div>
          <figcaption>
            <span>{day(first.session)}</span>
            <span>{day(last.session)}</span>
          </figcaption>
        </figure>
      )}
    </Panel>
  );
}
