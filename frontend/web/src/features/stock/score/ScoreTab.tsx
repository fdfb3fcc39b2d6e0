import { Skeleton } from "@mantine/core";
import { IconChartDonut } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { useStatus } from "@/api/status";
import type { OverallPart, OverallScore } from "@/api/types";
import { count, day, figure, number, percent } from "@/lib/format";
import { AsOf } from "@/ui/as-of";
import { Failure } from "@/ui/failure";
import { Meter, Unknown } from "@/ui/figures";
import { Notice, Panel } from "@/ui/parts";
import { Told } from "@/ui/told";

import type { StockSearch } from "../search";
import tabs from "../tabs.module.css";
import { History } from "./History";
import { scoreQuery } from "./queries";
import classes from "./score.module.css";
import { TrackRecord } from "./TrackRecord";
import { points, weightWords } from "./words";

const BOARDS: Record<string, string> = { stocks: "stocks", etfs: "ETFs" };

function Whole({ told }: { told: OverallScore }) {
  return (
    <Panel className={classes.whole}>
      <h2>Overall score</h2>
      <div className={classes.head}>
        {told.score === null ? (
          <span className={classes.big}>
            <Unknown reason={told.sentence} />
          </span>
        ) : (
          <span className={classes.big}>{number(told.score, 0)}</span>
        )}
        <span>
          <small>of 100</small>
          {told.rank !== null && (
            <b>
              Rank {count(told.rank)}
              {told.board_size !== null && ` of ${count(told.board_size)}`}
            </b>
          )}
          {told.board && <small>among {BOARDS[told.board] ?? told.board}</small>}
        </span>
      </div>
      <p>
        <Told words={told.sentence} />
      </p>
      {told.score !== null && <Made told={told} />}
      <small>As known after {day(told.session)}</small>
    </Panel>
  );
}

/** The whole as a bar of the points that each part adds. */
function Made({ told }: { told: OverallScore }) {
  const known = told.parts.flatMap((part) => {
    const adds = points(part);
    return adds === null ? [] : [{ part, adds }];
  });
  return (
    <div className={classes.made}>
      <div aria-hidden="true">
        {known.map(({ part, adds }) => (
          <i
            key={part.name}
            data-part={part.name}
            style={{ width: `${String(adds)}%` }}
            data-tip={`${part.label}: ${number(part.score, 0)} × ${percent(part.weight_used, 0)} = ${number(adds, 1)} points`}
          />
        ))}
      </div>
      <ul>
        {known.map(({ part, adds }) => (
          <li key={part.name} data-part={part.name}>
            {part.label} <b>{number(adds, 1)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Part({ part, parts }: { part: OverallPart; parts: readonly OverallPart[] }) {
  return (
    <section className={classes.part} aria-label={part.label}>
      <h3>
        <span data-part={part.name}>{part.label}</span>
        {part.score === null ? <Unknown reason={part.missing} /> : <b>{number(part.score, 0)}</b>}
      </h3>
      <Meter value={part.score} height={6} />
      <small>{weightWords(part, parts)}</small>
      {part.missing && (
        <p>
          <Told words={part.missing} />
        </p>
      )}
      {part.inputs.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Made of</th>
              <th scope="col">Value</th>
              <th scope="col">Percentile</th>
            </tr>
          </thead>
          <tbody>
            {part.inputs.map((input) => (
              <tr key={input.name}>
                <th scope="row">{input.label}</th>
                <td>{input.value === null ? <Unknown reason="Not known" /> : figure(input.value, input.unit)}</td>
                <td>{input.percentile === null ? <Unknown reason="Not compared" /> : number(input.percentile, 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface Props {
  symbol: string;
  search: StockSearch;
  change: (next: Partial<StockSearch>) => void;
}

/** The overall score: what it is made of, what is missing, how it went, and how scores like it did. */
export function ScoreTab({ symbol, search, change }: Props) {
  const { data, error, refetch, isPlaceholderData } = useQuery(scoreQuery(symbol, search.as_of));
  const today = useStatus()?.now.slice(0, 10);
  if (error) return <Failure error={error} retry={() => void refetch()} what="The score" />;
  if (!data) return <Skeleton height={420} radius="lg" role="status" aria-label="Loading the score" />;
  return (
    <div className={classes.page} data-outdated={isPlaceholderData || undefined} aria-busy={isPlaceholderData}>
      <div className={classes.bar}>
        <AsOf
          value={search.as_of}
          today={today}
          change={(as_of) => {
            change({ as_of });
          }}
        />
      </div>
      {data.session === null ? (
        <Panel>
          <Notice icon={<IconChartDonut size={34} stroke={1.5} aria-hidden="true" />} title="No score yet">
            <Told words={data.sentence} />
          </Notice>
        </Panel>
      ) : (
        <>
          <div className={classes.first}>
            <Whole told={data} />
            <Panel className={classes.parts}>
              <h2>What it is made of</h2>
              <div>
                {data.parts.map((part) => (
                  <Part key={part.name} part={part} parts={data.parts} />
                ))}
              </div>
            </Panel>
          </div>
          <History history={data.history} />
        </>
      )}
      {data.record.length > 0 && <TrackRecord records={data.record} board={BOARDS[data.board ?? ""] ?? "instruments"} />}
      <p className={tabs.footnote}>
        <Told words={data.method} />
      </p>
    </div>
  );
}
