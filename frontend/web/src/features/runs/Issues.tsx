import { Button, Skeleton } from "@mantine/core";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import { answer, client } from "@/api/client";
import { useStatus } from "@/api/status";
import type { Issue } from "@/api/types";
import { ago, count, day, instant, readable } from "@/lib/format";
import { Failure } from "@/ui/failure";
import { Panel, Pill } from "@/ui/parts";

import classes from "./runs.module.css";

/** What the address calls this section: links lead to `/runs#issues`. */
const ANCHOR = "issues";
const STEP = 20;

/** The open issues; asked again when the status counts another number of them. */
const issuesQuery = (limit: number, open: number) =>
  queryOptions({
    queryKey: ["issues", limit, open],
    queryFn: ({ signal }) =>
      answer(client.GET("/api/issues", { params: { query: { open: true, limit, offset: 0 } }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 20_000,
  });

function IssueRow({ issue, now }: { issue: Issue; now: string }) {
  return (
    <li className={classes.run}>
      <div className={classes.issueHead}>
        <Pill tone="warn">{issue.kind_label}</Pill>
        {issue.symbol !== null && (
          <Link to="/stocks/$symbol" params={{ symbol: issue.symbol }} search={{ tab: "data" }}>
            {issue.symbol}
          </Link>
        )}
        {issue.session !== null && <span>Session of {day(issue.session)}</span>}
      </div>
      <p className={classes.issueMessage}>{readable(issue.message)}</p>
      <p
        className={classes.when}
        data-tip={`First seen ${instant(issue.opened_at)}\nLast seen ${instant(issue.last_seen_at)}`}
      >
        Open since {instant(issue.opened_at)}
        {issue.times > 1 && ` · seen ${count(issue.times)} times, last ${ago(issue.last_seen_at, now)}`}
      </p>
    </li>
  );
}

/** What is wrong with the data now; nothing where nothing is. */
export function Issues() {
  const status = useStatus();
  const [limit, setLimit] = useState(STEP);
  const { data, error, refetch, isFetching } = useQuery({
    ...issuesQuery(limit, status?.open_issues ?? 0),
    enabled: status !== undefined,
  });
  const section = useRef<HTMLElement>(null);
  const wanted = useLocation({ select: (location) => location.hash === ANCHOR });
  const shown = Boolean(data?.count);
  useEffect(() => {
    if (wanted && shown) section.current?.scrollIntoView({ block: "start" });
  }, [wanted, shown]);

  if (!status || (data ? data.count === 0 : status.open_issues === 0 && !error)) return null;
  return (
    <section ref={section} id={ANCHOR} className={classes.section} aria-labelledby="issues-title">
      <h2 id="issues-title" className={classes.sectionTitle}>
        Data issues {data && <span>{count(data.count)}</span>}
      </h2>
      {error && !data ? (
        <Panel>
          <Failure error={error} retry={() => void refetch()} what="The data issues" />
        </Panel>
      ) : !data ? (
        <Skeleton height={96} radius="lg" role="status" aria-label="Loading data issues" />
      ) : (
        <Panel>
          <ul className={classes.list} aria-label="Data issues">
            {data.results.map((issue) => (
              <IssueRow key={issue.id} issue={issue} now={status.now} />
            ))}
          </ul>
        </Panel>
      )}
      {data && data.count > data.results.length && (
        <Button
          variant="default"
          loading={isFetching && data.results.length < limit}
          className={classes.more}
          onClick={() => {
            setLimit((now) => now + STEP);
          }}
        >
          Show earlier issues
        </Button>
      )}
    </section>
  );
}
