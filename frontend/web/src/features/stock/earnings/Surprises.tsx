import type { EarningsReport } from "@/api/types";
import { day, instant, perShare, sourceName } from "@/lib/format";
import { Change, Unknown } from "@/ui/figures";
import { Panel } from "@/ui/parts";

import tables from "../table.module.css";
import classes from "./earnings.module.css";
import { outcome, places, quarterName, record } from "./words";

const SHOWN = 8;

function Picture({ reports }: { reports: readonly EarningsReport[] }) {
  const oldest = reports.slice(0, SHOWN).reverse();
  const at = places(oldest);
  return (
    <figure className={classes.picture} role="img" aria-label={`Earnings a share against what was expected. ${record(oldest)}`}>
      <div className={classes.dots} aria-hidden="true">
        {oldest.map((report, index) => (
          <div key={`${report.period} ${report.provider}`}>
            <span>
              {at[index]?.estimate != null && <i style={{ bottom: `${String(at[index].estimate)}%` }} />}
              {at[index]?.actual != null && <b data-outcome={outcome(report)} style={{ bottom: `${String(at[index].actual)}%` }} />}
            </span>
            <small>{quarterName(report)?.replace(" 20", " ’") ?? day(report.period)}</small>
          </div>
        ))}
      </div>
      <figcaption aria-hidden="true">
        <span data-key="expected">expected</span>
        <span data-key="beat">above</span>
        <span data-key="missed">below</span>
      </figcaption>
    </figure>
  );
}

/** Earnings a share as they came, against what was expected. */
export function Surprises({ reports, currency }: { reports: readonly EarningsReport[]; currency: string | null }) {
  return (
    <Panel className={classes.surprises}>
      <header>
        <h2>Earnings a share against expectations</h2>
        <p>{reports.length === 0 ? "No report is known." : record(reports)}</p>
      </header>
      {reports.length > 0 && (
        <>
          <Picture reports={reports} />
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard */}
          <div className={classes.scroller} role="region" aria-label="Reports" tabIndex={0}>
            <table className={tables.table}>
              <thead>
                <tr>
                  <th scope="col">Quarter</th>
                  <th scope="col" className={tables.number}>
                    Came to
                  </th>
                  <th scope="col" className={tables.number}>
                    Expected
                  </th>
                  <th scope="col" className={tables.number}>
                    Surprise
                  </th>
                  <th scope="col">Reported</th>
                  <th scope="col">Source</th>
                </tr>
              </thead>
              <tbody>
                {reports.map((report) => (
                  <tr key={`${report.period} ${report.provider}`}>
                    <th scope="row" data-tip={`Quarter to ${day(report.period)}`}>
                      {quarterName(report) ?? `To ${day(report.period)}`}
                    </th>
                    <td className={tables.number}>
                      {report.actual === null ? <Unknown reason="Not told" /> : <b>{perShare(report.actual, currency)}</b>}
                    </td>
                    <td className={tables.number}>
                      {report.estimate === null ? <Unknown reason="Not told" /> : perShare(report.estimate, currency)}
                    </td>
                    <td className={tables.number}>
                      <Change
                        value={report.surprise_ratio}
                        tip={report.surprise === null ? "Not known, or nothing was expected" : `${perShare(report.surprise, currency)} of what was expected`}
                      />
                    </td>
                    <td>{day(report.reported_on)}</td>
                    <td data-tip={`Told ${instant(report.fetched_at)}`}>{sourceName(report.source)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Panel>
  );
}
