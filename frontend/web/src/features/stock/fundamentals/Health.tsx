import { IconCheck, IconQuestionMark, IconX } from "@tabler/icons-react";

import type { Fundamentals, PublishedScore } from "@/api/types";
import { number } from "@/lib/format";
import { Unknown } from "@/ui/figures";
import { Hidden, Panel, Pill } from "@/ui/parts";

import { altmanUnknown, DISTRESSED, SAFE, signals, terms, zone } from "./health";
import classes from "./health.module.css";

const MOST = 6; // where the scale of the Z score ends; beyond it a company is as safe

function Mark({ met }: { met: boolean | null }) {
  if (met === null) return <IconQuestionMark size={15} stroke={2} aria-hidden="true" />;
  return met ? <IconCheck size={15} stroke={2.4} aria-hidden="true" /> : <IconX size={15} stroke={2.4} aria-hidden="true" />;
}

function Piotroski({ score }: { score: PublishedScore }) {
  return (
    <Panel className={classes.panel}>
      <header>
        <div>
          <h2>Piotroski F score</h2>
          <p>Nine signs of health. The last twelve months take the place of the year.</p>
        </div>
        <span className={classes.points}>
          {score.known === 0 ? <Unknown reason="None of its signals is known" /> : <b>{number(score.score, 0)}</b>}
          <small>of {score.known} known</small>
        </span>
      </header>
      <ul className={classes.signals}>
        {signals(score).map((signal) => (
          <li key={signal.name} data-met={signal.met ?? "unknown"}>
            <Mark met={signal.met} />
            <span>
              {signal.label}
              <small>{signal.what}</small>
            </span>
            <Hidden>{signal.met === null ? "unknown" : signal.met ? "met" : "not met"}</Hidden>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Altman({ score }: { score: PublishedScore }) {
  const told = score.score === null ? null : zone(score.score);
  const place = (value: number) => `${String((100 * Math.max(0, Math.min(MOST, value))) / MOST)}%`;
  return (
    <Panel className={classes.panel}>
      <header>
        <div>
          <h2>Altman Z score</h2>
          <p>How near a company is to failing, from five ratios.</p>
        </div>
        <span className={classes.points}>
          {score.score === null ? <Unknown reason={altmanUnknown(score)} /> : <b>{number(score.score, 2)}</b>}
          {told && <Pill tone={told.tone} tip={told.why}>{told.word}</Pill>}
        </span>
      </header>
      {score.score === null ? (
        <p className={classes.none}>{altmanUnknown(score)}</p>
      ) : (
        <div className={classes.zones} aria-hidden="true">
          <i data-zone="bad" style={{ width: place(DISTRESSED) }} />
          <i data-zone="warn" style={{ width: place(SAFE - DISTRESSED) }} />
          <i data-zone="good" />
          <b style={{ left: place(score.score) }} />
          <small style={{ left: place(DISTRESSED) }}>{DISTRESSED}</small>
          <small style={{ left: place(SAFE) }}>{SAFE}</small>
        </div>
      )}
      <table className={classes.terms}>
        <thead>
          <tr>
            <th scope="col">Ratio</th>
            <th scope="col">Value</th>
            <th scope="col">Weight</th>
            <th scope="col">Adds</th>
          </tr>
        </thead>
        <tbody>
          {terms(score).map((term) => (
            <tr key={term.name}>
              <th scope="row">{term.label}</th>
              <td>{term.ratio === null ? <Unknown reason="A part of it was not told" /> : number(term.ratio, 2)}</td>
              <td>{number(term.weight, 1)}</td>
              <td>{term.adds === null ? <Unknown /> : number(term.adds, 2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

/** Two published scores of health, each with what it is made of. */
export function Health({ told }: { told: Fundamentals }) {
  return (
    <div className={classes.both}>
      {told.piotroski && <Piotroski score={told.piotroski} />}
      {told.altman && <Altman score={told.altman} />}
    </div>
  );
}
