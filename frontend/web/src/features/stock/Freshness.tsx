import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import type { Datum } from "@/api/types";
import { clockTime, instant, roughly, sourceName, UNKNOWN } from "@/lib/format";
import { useTicking } from "@/lib/ticking";
import { Failure } from "@/ui/failure";
import { Panel, Pill } from "@/ui/parts";
import { Told } from "@/ui/told";

import { ageWords, kept, nextWords, refreshable, tierWords } from "./freshness";
import classes from "./freshness.module.css";
import { freshnessQuery } from "./queries";
import { RefreshButton } from "./RefreshButton";

function Row({ datum, symbol, at, now }: { datum: Datum; symbol: string; at: string; now: string }) {
  const age = ageWords(datum, at, now);
  const { word, tone } = kept(datum);
  const next = datum.next_call_at === null ? null : nextWords(datum.next_call_at, now);
  const target = datum.target_age_seconds;
  return (
    <li>
      <div className={classes.what}>
        <h3>{datum.label}</h3>
        <Pill tone={tone} tip={target === null ? "Nobody has declared how old it may become" : `Promised: ${roughly(target)} of open time`}>
          {word}
        </Pill>
      </div>
      <dl>
        <div>
          <dt>Age</dt>
          <dd data-tip={datum.asked_at === null ? undefined : `Asked ${instant(datum.asked_at)}\nThe value is of ${instant(datum.value_at)}`}>
            {age ? age.age : UNKNOWN}
            {age?.open && <small>{age.open}</small>}
          </dd>
        </div>
        <div>
          <dt>Source</dt>
          <dd>
            {datum.source === null ? UNKNOWN : sourceName(datum.source)}
            {datum.provider !== null && datum.provider !== datum.source && <small>asked of {sourceName(datum.provider)}</small>}
          </dd>
        </div>
        <div>
          <dt>Promised age</dt>
          <dd>
            {target === null ? UNKNOWN : `${roughly(target)} of open time`}
            <small>{tierWords(datum.tier)}</small>
          </dd>
        </div>
        <div>
          <dt>Next call</dt>
          <dd>
            {next ? next.wait : UNKNOWN}
            {next && (
              <small>
                {next.time} {datum.next_provider !== null && `of ${sourceName(datum.next_provider)}`}
              </small>
            )}
          </dd>
        </div>
      </dl>
      <p className={classes.why}>
        <Told words={datum.error ? `«${datum.error}» ${datum.why_not_sooner}` : datum.why_not_sooner} />
      </p>
      {refreshable(datum.kind) && <RefreshButton symbol={symbol} kind={datum.kind} label={datum.label} now={now} />}
    </li>
  );
}

/** How old each thing is that is known of a stock, whether that is what was promised, and what comes next. */
export function Freshness({ symbol }: { symbol: string }) {
  const { data, error, refetch, dataUpdatedAt } = useQuery(freshnessQuery(symbol));
  const ticking = useTicking(data?.at, dataUpdatedAt);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} what="How fresh it is" />;
  if (!data || ticking === undefined) return <Skeleton height={300} radius="lg" role="status" aria-label="Loading how fresh it is" />;
  // What was told long ago does not count on as if it had been told now.
  const now = error ? data.at : ticking;
  return (
    <Panel className={classes.freshness}>
      <header>
        <h2>Freshness</h2>
        <p>
          {error ? `The server does not answer: as it was at ${clockTime(data.at)}.` : "How old each thing is, and when it is asked for next."}
        </p>
      </header>
      <ul>
        {data.data.map((datum) => (
          <Row key={datum.kind} datum={datum} symbol={symbol} at={data.at} now={now} />
        ))}
      </ul>
    </Panel>
  );
}
