import { Button, Progress, Skeleton } from "@mantine/core";
import { IconActivity } from "@tabler/icons-react";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { answer, client } from "@/api/client";
import { useStatus } from "@/api/status";
import type { Run } from "@/api/types";
import { ago, count, duration, instant, readable, words } from "@/lib/format";
import { Failure } from "@/ui/failure";
import { Notice, Panel, Pill, type Tone } from "@/ui/parts";

import { Issues } from "./Issues";
import classes from "./runs.module.css";

const STEP = 30;

const runsQuery = (limit: number) =>
  queryOptions({
    queryKey: ["runs", limit],
    queryFn: ({ signal }) => answer(client.GET("/api/runs", { params: { query: { limit, offset: 0 } }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: (query) =>
      query.state.data?.results.some((run) => run.state === "running" || run.state === "waiting") ? 2_000 : 20_000,
  });

const TONES: Record<string, Tone> = {
  running: "accent",
  done: "good",
  waiting: "warn",
  failed: "bad",
  abandoned: "bad",
};

const KINDS: Record<string, string> = {
  session: "Daily job",
  backfill: "Backfill",
  import: "Import",
  instruments: "Instrument list",
  fx: "Exchange rates",
  companies: "List of companies",
};

function Tally({ label, value }: { label: string; value: number | null | undefined }) {
  if (!value) return null;
  return (
    <span>
      <b>{count(value)}</b> {label}
    </span>
  );
}

function RunRow({ run, now }: { run: Run; now: string | undefined }) {
  const { progress } = run;
  const share = progress.total ? (100 * progress.done) / progress.total : null;
  const live = run.state === "running" || run.state === "waiting";
  return (
    <li className={classes.run}>
      <div className={classes.what}>
        <h2>
          {KINDS[run.kind] ?? words(run.kind)} <span>{readable(run.subject)}</span>
        </h2>
        <Pill tone={TONES[run.state] ?? "plain"}>{words(run.state)}</Pill>
      </div>
      <p className={classes.when} data-tip={`Started ${instant(run.started_at)}\nEnded ${instant(run.finished_at)}`}>
        {now ? ago(run.started_at, now) : instant(run.started_at)}
        {run.seconds !== null && ` · took ${duration(run.seconds)}`}
        {` · by ${run.trigger}`}
      </p>
      {live && share !== null && (
        <div className={classes.progress}>
          <Progress value={share} size="sm" animated aria-label={`Progress of ${run.subject}`} />
          <span>
            {count(progress.done)} of {count(progress.total)}
          </span>
        </div>
      )}
      <p className={classes.tallies}>
        <Tally label={run.calls === 1 ? "call" : "calls"} value={run.calls} />
        <Tally label="rows stored" value={run.rows.inserted} />
        <Tally label="changed" value={run.rows.changed} />
        <Tally label="unchanged" value={run.rows.unchanged} />
        <Tally label="refused" value={run.rows.refused} />
        <Tally label="analysed" value={run.analysed} />
        <Tally label="ranked" value={run.ranked} />
      </p>
      {run.message && <p className={classes.message}>{readable(run.message)}</p>}
      {run.error && <p className={classes.error}>{readable(run.error)}</p>}
    </li>
  );
}

export function RunsPage() {
  const [limit, setLimit] = useState(STEP);
  const { data, error, refetch, isFetching } = useQuery(runsQuery(limit));
  const status = useStatus();
  useEffect(() => {
    document.title = "Activity · Investment";
  }, []);
  return (
    <div className={classes.page}>
      <h1>Activity</h1>
      <p className={classes.lead}>Every run of the daily job, every backfill and import: what, when, how long, and what went wrong.</p>
      <Issues />
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} what="The runs" />
      ) : !data ? (
        <Skeleton height={320} radius="lg" role="status" aria-label="Loading runs" />
      ) : data.results.length === 0 ? (
        <Notice icon={<IconActivity size={34} stroke={1.5} aria-hidden="true" />} title="Nothing has run yet">
          The daily job starts five minutes after midnight in New York, or with «manage.py run_session».
        </Notice>
      ) : (
        <>
          <h2 className={classes.runsTitle}>Runs</h2>
          <Panel>
            <ul className={classes.list} aria-label="Runs">
              {data.results.map((run) => (
                <RunRow key={run.id} run={run} now={status?.now} />
              ))}
            </ul>
          </Panel>
          {data.count > data.results.length && (
            <Button
              variant="default"
              loading={isFetching && data.results.length < limit}
              className={classes.more}
              onClick={() => {
                setLimit((now) => now + STEP);
              }}
            >
              Show earlier runs
            </Button>
          )}
        </>
      )}
    </div>
  );
}
