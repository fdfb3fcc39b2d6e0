import { IconAlertTriangle, IconLoader2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";

import { statusQuery } from "@/api/status";
import { ago, count, day, instant, words } from "@/lib/format";
import type { Run, Status } from "@/api/types";

import classes from "./shell.module.css";

function useOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener("online", listener);
      window.addEventListener("offline", listener);
      return () => {
        window.removeEventListener("online", listener);
        window.removeEventListener("offline", listener);
      };
    },
    () => navigator.onLine,
  );
}

function LastRun({ run, now }: { run: Run; now: string }) {
  if (run.state === "running") {
    const progress = run.progress.total ? ` ${count((100 * run.progress.done) / run.progress.total)}%` : "";
    return (
      <Link to="/runs" className={classes.fact}>
        <IconLoader2 size={13} className={classes.spin} aria-hidden="true" />
        {words(run.kind)} running{progress}
      </Link>
    );
  }
  const failed = run.state === "failed" || run.state === "abandoned";
  return (
    <Link
      to="/runs"
      className={classes.fact}
      data-tone={failed ? "bad" : undefined}
      data-tip={`${words(run.kind)} ${run.subject}: ${run.state}\n${instant(run.finished_at ?? run.started_at)}`}
    >
      Last run {failed ? "failed " : ""}
      {ago(run.finished_at ?? run.started_at, now)}
    </Link>
  );
}

/** Whether there are prices of the latest session: before a fresh installation has any, it has no date to show. */
function priced({ latest_session, prices, history, analysed }: Status): boolean {
  if (prices.provider === null && analysed === 0) return false;
  return latest_session !== null && history?.steps.some((step) => step.name === "prices" && step.state !== "done") !== true;
}

/** How fresh the figures are, in one line. */
export function DataStrip() {
  const { data: status, error } = useQuery(statusQuery);
  const online = useOnline();
  if (!status) return <div className={classes.strip} aria-hidden="true" />;
  const issues = status.open_issues;
  const troubled = status.providers.filter((provider) => provider.last_error);
  return (
    <div className={classes.strip} aria-label="State of the data" role="group">
      {(!online || error) && (
        <span className={classes.fact} data-tone="bad">
          <IconAlertTriangle size={13} aria-hidden="true" />
          {online ? "The server does not answer" : "Offline"}: shown as last loaded
        </span>
      )}
      {priced(status) ? (
        <span className={classes.fact} data-tip={`Clock: ${instant(status.now)}`}>
          Prices as of <b>{day(status.latest_session)}</b> close
        </span>
      ) : (
        <span className={classes.fact}>{status.prices.provider === null ? "No source of prices" : "No prices yet"}</span>
      )}
      {status.analysed === 0 ? (
        <span className={classes.fact}>
          <b>{count(status.instruments)}</b> instruments
        </span>
      ) : (
        <span className={classes.fact} data-tip={`${count(status.ranked)} ranked`}>
          Analysed <b>{count(status.analysed)}</b> of <b>{count(status.instruments)}</b>
        </span>
      )}
      {status.last_run && <LastRun run={status.last_run} now={status.now} />}
      {issues > 0 && (
        <Link to="/runs" hash="issues" className={classes.fact} data-tone="warn">
          <IconAlertTriangle size={13} aria-hidden="true" />
          {count(issues)} data {issues === 1 ? "issue" : "issues"}
        </Link>
      )}
      {troubled.map((provider) => (
        <span
          key={provider.provider}
          className={classes.fact}
          data-tone="warn"
          data-tip={`${provider.provider}: ${provider.last_error ?? ""}\n${instant(provider.last_call_at)}`}
        >
          {provider.provider} trouble
        </span>
      ))}
    </div>
  );
}
