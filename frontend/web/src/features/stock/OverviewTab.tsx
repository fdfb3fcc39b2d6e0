import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import type { Analysis, ScorePart } from "@/api/types";
import { day, number, percent } from "@/lib/format";
import { Failure } from "@/ui/failure";
import { Change, Meter, Unknown } from "@/ui/figures";
import { Panel } from "@/ui/parts";

import { FigureValue } from "./FigureValue";
import { analysisQuery } from "./queries";
import classes from "./tabs.module.css";

function ordinal(value: number): string {
  const rest = value % 100;
  const suffix = rest >= 11 && rest <= 13 ? "th" : (["th", "st", "nd", "rd"][value % 10] ?? "th");
  return `${String(value)}${suffix}`;
}

function Part({ part, analysis }: { part: ScorePart; analysis: Analysis }) {
  return (
    <section className={classes.why}>
      <h3>
        {part.label}
        <span>{part.value === null ? <Unknown /> : number(part.value, 0)}</span>
      </h3>
      <Meter value={part.value} height={6} />
      <ul>
        {part.inputs.map((input) => {
          const known = analysis.figures.find((candidate) => candidate.name === input.name);
          return (
            <li key={input.name} data-tip={known?.formula}>
              <span>{input.label}</span>
              <span>
                <FigureValue name={input.name} value={input.value} unit={input.unit} reason={known?.reason ?? null} note={known?.note} />
              </span>
              <small>
                {input.percentile === null ? "not compared" : `${ordinal(Math.round(input.percentile))} percentile`}
              </small>
            </li>
          );
        })}
      </ul>
      <small className={classes.weight}>{percent(part.weight, 0)} of the score</small>
    </section>
  );
}

const RETURNS: [string, string][] = [
  ["return_1", "1 day"],
  ["return_5", "1 week"],
  ["return_21", "1 month"],
  ["return_63", "3 months"],
  ["return_126", "6 months"],
  ["return_252", "12 months"],
];

function Returns({ figures }: Pick<Analysis, "figures">) {
  return (
    <Panel className={classes.returns}>
      {RETURNS.map(([name, label]) => {
        const known = figures.find((candidate) => candidate.name === name);
        return (
          <div key={name}>
            <span>{label}</span>
            <Change value={known?.value} tip={known?.value == null ? (known?.reason ?? undefined) : known.formula} />
          </div>
        );
      })}
    </Panel>
  );
}

export function OverviewTab({ symbol }: { symbol: string }) {
  const analysis = useQuery(analysisQuery(symbol));
  if (analysis.error) return <Failure error={analysis.error} retry={() => void analysis.refetch()} what="The analysis" />;
  if (!analysis.data) return <Skeleton height={260} radius="lg" />;
  const { data } = analysis;
  return (
    <div className={classes.stack}>
      <Panel className={classes.sentence}>
        <p>{data.sentence}</p>
        <small>
          {data.session === null ? "Not analysed yet" : `Analysis of ${day(data.session)}`}
          {data.market && ` · market: ${data.market.name}, ${number(data.market.members, 0)} members`}
        </small>
      </Panel>
      {data.session !== null && <Returns figures={data.figures} />}
      {data.score && (
        <Panel className={classes.whys}>
          <h2>Why this score</h2>
          <div>
            {data.score.parts.map((part) => (
              <Part key={part.name} part={part} analysis={data} />
            ))}
          </div>
        </Panel>
      )}
    </div>
  );
}
