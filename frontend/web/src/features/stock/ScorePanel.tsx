import { Skeleton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { Score, Stock } from "@/api/types";
import { compact, count, number, percent, price } from "@/lib/format";
import { Meter, Unknown } from "@/ui/figures";
import { Panel } from "@/ui/parts";

import { analysisQuery } from "./queries";
import { scoreQuery } from "./score/queries";
import { weightWords } from "./score/words";
import classes from "./stock.module.css";

const BOARDS: Record<string, string> = { stocks: "stocks", etfs: "ETFs" };

function Parts({ score }: { score: Score }) {
  return (
    <ul className={classes.parts}>
      {score.parts.map((part) => (
        <li key={part.name} data-tip={`Weight ${percent(part.weight, 0)} of the score`}>
          <span>{part.label}</span>
          {part.value === null ? <Unknown /> : <b>{number(part.value, 0)}</b>}
          <Meter value={part.value} height={6} />
        </li>
      ))}
    </ul>
  );
}

/** The overall score with its three parts, beside the chart; until there is one, nothing. */
function Overall({ symbol }: { symbol: string }) {
  const { data } = useQuery(scoreQuery(symbol));
  if (data?.session == null) return null;
  return (
    <Panel className={classes.scorePanel}>
      <h2>
        <Link to="/stocks/$symbol" params={{ symbol }} search={{ tab: "score" }} resetScroll={false} className={classes.scoreLink}>
          Overall score
          <IconChevronRight size={15} stroke={1.8} aria-hidden="true" />
        </Link>
      </h2>
      <div className={classes.overall}>
        <span className={classes.bigScore}>{data.score === null ? <Unknown reason={data.sentence} /> : number(data.score, 0)}</span>
        <ul className={classes.parts}>
          {data.parts.map((part) => (
            <li key={part.name} data-tip={part.missing ?? weightWords(part, data.parts)}>
              <span>{part.label}</span>
              {part.score === null ? <Unknown reason={part.missing} /> : <b>{number(part.score, 0)}</b>}
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}

/** The score and the last session, beside the chart. */
export function ScorePanel({ stock }: { stock: Stock }) {
  const { data } = useQuery(analysisQuery(stock.symbol));
  const latest = stock.latest;
  return (
    <div className={classes.side}>
      <Overall symbol={stock.symbol} />
      <Panel className={classes.scorePanel}>
        <h2>Technical score</h2>
        {stock.score === null ? (
          <p className={classes.unranked}>
            <b>Not ranked.</b> {stock.unranked?.text ?? "It has not been part of a ranked session yet."}
          </p>
        ) : (
          <div className={classes.scoreHead}>
            <span className={classes.bigScore}>{number(stock.score, 0)}</span>
            <span>
              <small>of 100</small>
              <b>
                Rank {count(stock.rank)}
                {data?.score && ` of ${count(data.score.board_size)}`}
              </b>
              <small>among {BOARDS[stock.board ?? ""] ?? stock.board}</small>
            </span>
          </div>
        )}
        {data?.score ? <Parts score={data.score} /> : !data && stock.score !== null && <Skeleton height={150} radius="md" />}
      </Panel>
      {latest && (
        <Panel className={classes.scorePanel}>
          <h2>Last session</h2>
          <dl className={classes.facts}>
            <div>
              <dt>Open</dt>
              <dd>{price(latest.open)}</dd>
            </div>
            <div>
              <dt>High</dt>
              <dd>{price(latest.high)}</dd>
            </div>
            <div>
              <dt>Low</dt>
              <dd>{price(latest.low)}</dd>
            </div>
            <div>
              <dt>Previous close</dt>
              <dd>{price(stock.previous_close)}</dd>
            </div>
            <div>
              <dt>Volume</dt>
              <dd data-tip={`${count(latest.volume)} shares`}>{compact(latest.volume)}</dd>
            </div>
            <div>
              <dt>VWAP</dt>
              <dd>{latest.vwap === null ? <Unknown reason="The source does not tell it" /> : price(latest.vwap)}</dd>
            </div>
          </dl>
        </Panel>
      )}
    </div>
  );
}
