import { Skeleton } from "@mantine/core";
import { IconCalendarOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { useStatus } from "@/api/status";
import type { Earnings, NextReport } from "@/api/types";
import { compact, day, instant, perShare, sourceName } from "@/lib/format";
import { exchangeDay } from "@/lib/days";
import { Failure } from "@/ui/failure";
import { Unknown } from "@/ui/figures";
import { Hour } from "@/ui/hour";
import { Notice, Panel } from "@/ui/parts";
import { Told } from "@/ui/told";

import { Dividends } from "./Dividends";
import classes from "./earnings.module.css";
import { earningsQuery } from "./queries";
import { Recommendations } from "./Recommendations";
import { Surprises } from "./Surprises";
import { daysOff, quarterName } from "./words";

function Next({ next, currency, today }: { next: NextReport | null; currency: string | null; today: string | undefined }) {
  return (
    <Panel className={classes.next}>
      <h2>Next report</h2>
      {next === null ? (
        <p className={classes.quiet}>No date is known. Providers tell dates some weeks ahead.</p>
      ) : (
        <>
          <p className={classes.date}>
            <b>{day(next.on)}</b>
            {today && <span>{daysOff(next.on, today)}</span>}
          </p>
          <Hour hour={next.hour} />
          <dl>
            <div>
              <dt>Quarter</dt>
              <dd>{quarterName(next) ?? <Unknown reason="Not told" />}</dd>
            </div>
            <div>
              <dt>Expected, a share</dt>
              <dd>{next.eps_estimate === null ? <Unknown reason="Not told" /> : perShare(next.eps_estimate, currency)}</dd>
            </div>
            <div>
              <dt>Expected revenue</dt>
              <dd>
                {next.revenue_estimate === null ? <Unknown reason="Not told" /> : `${compact(next.revenue_estimate)} ${currency ?? ""}`}
              </dd>
            </div>
          </dl>
          <small data-tip={instant(next.fetched_at)}>
            Source: {sourceName(next.source)}, told {day(next.fetched_at)}
          </small>
        </>
      )}
    </Panel>
  );
}

function empty({ next, reports, recommendations, dividends }: Earnings): boolean {
  return next === null && reports.length + recommendations.length + dividends.due.length + dividends.paid.length === 0;
}

/** What it earns against what was expected, when it tells next, what analysts say, what it pays. */
export function EarningsTab({ symbol }: { symbol: string }) {
  const { data, error, refetch } = useQuery(earningsQuery(symbol));
  const now = useStatus()?.now;
  if (error) return <Failure error={error} retry={() => void refetch()} what="The earnings" />;
  if (!data) return <Skeleton height={420} radius="lg" role="status" aria-label="Loading the earnings" />;
  if (empty(data)) {
    return (
      <Panel>
        <Notice icon={<IconCalendarOff size={34} stroke={1.5} aria-hidden="true" />} title="Nothing is known of its earnings">
          {data.note ? <Told words={data.note} /> : "Reports and recommendations come with a provider that tells them; until then this stays empty."}
        </Notice>
      </Panel>
    );
  }
  return (
    <div className={classes.page}>
      {data.note && (
        <p className={classes.note}>
          <Told words={data.note} />
        </p>
      )}
      <div className={classes.first}>
        <Next next={data.next} currency={data.currency} today={now && exchangeDay(now)} />
        <Surprises reports={data.reports} currency={data.currency} />
      </div>
      <div className={classes.second}>
        <Recommendations recommendations={data.recommendations} />
        <Dividends dividends={data.dividends} />
      </div>
    </div>
  );
}
