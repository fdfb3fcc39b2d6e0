import { NativeSelect } from "@mantine/core";
import { useState } from "react";

import type { ScoreRecord } from "@/api/types";
import { count, number, percent } from "@/lib/format";
import { Bars } from "@/ui/bars";
import { Unknown } from "@/ui/figures";
import { Panel, Pill } from "@/ui/parts";
import { Told } from "@/ui/told";

import tables from "../table.module.css";
import classes from "./score.module.css";
import { correlation, monthLabel, monthName, tellable } from "./words";

function Sums({ record }: { record: ScoreRecord }) {
  return (
    <dl className={classes.sums}>
      <div>
        <dt>Mean of the months</dt>
        <dd>
          {record.mean === null ? <Unknown reason="No month is known" /> : correlation(record.mean)}
          {record.standard_error !== null && <small> ± {number(record.standard_error, 3)}</small>}
        </dd>
      </div>
      <div>
        <dt>Months above zero</dt>
        <dd>{record.share_positive === null ? <Unknown reason="No month is known" /> : percent(record.share_positive, 0)}</dd>
      </div>
      <div>
        <dt>Months</dt>
        <dd>{record.months.length}</dd>
      </div>
      <div>
        <dt>Beyond chance</dt>
        <dd>
          {record.mean === null ? (
            <Unknown reason="No month is known" />
          ) : tellable(record) ? (
            <Pill tone={record.mean > 0 ? "good" : "bad"} tip="The mean is further from zero than two of its errors">
              {record.mean > 0 ? "Yes" : "Yes, the wrong way"}
            </Pill>
          ) : (
            <Pill tip="The mean is within two of its errors of zero, or of too few months">No</Pill>
          )}
        </dd>
      </div>
    </dl>
  );
}

/** How a score did: whether what it put first then earned more. Shown as it is, also when it is nothing. */
export function TrackRecord({ records, board }: { records: readonly ScoreRecord[]; board: string }) {
  const [chosen, setChosen] = useState(records[0]?.score);
  const record = records.find((each) => each.score === chosen) ?? records[0];
  if (!record) return null;
  return (
    <Panel className={classes.record}>
      <header>
        <div>
          <h2>How it did</h2>
          <p>
            Rank correlation of the score with the total return of the next 21 sessions, over all {board} of a session, by month. Zero is
            nothing, one would be perfect.
          </p>
        </div>
        <NativeSelect
          aria-label="Score"
          size="sm"
          data={records.map((each) => ({
            value: each.score,
            label: each.score.includes(".") ? `· ${each.label}` : each.label,
          }))}
          value={record.score}
          onChange={(event) => {
            setChosen(event.currentTarget.value as ScoreRecord["score"]);
          }}
        />
      </header>
      <p className={classes.verdict}>
        <Told words={record.words} />
      </p>
      {record.months.length > 0 && (
        <>
          <Sums record={record} />
          <Bars
            directed
            height={170}
            least={0.1}
            ends={(value) => `${value > 0 ? "+" : ""}${number(value, 2)}`}
            summary={`${record.label}: ${String(record.months.length)} months, mean ${correlation(record.mean)}. The table below has them.`}
            bars={record.months.map((month) => ({
              key: month.month,
              value: month.correlation,
              error: month.standard_error,
              label: monthLabel(month.month),
              tip: `${monthName(month.month)}: ${correlation(month.correlation)} ± ${number(month.standard_error, 3)}\n${count(month.sessions)} ${month.sessions === 1 ? "session" : "sessions"}, ${count(month.instruments)} instruments each`,
            }))}
          />
          <details className={classes.months}>
            <summary>View as table</summary>
            {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard */}
            <div role="region" aria-label="Record by month" tabIndex={0}>
              <table className={tables.table}>
                <thead>
                  <tr>
                    <th scope="col">Month</th>
                    {["Correlation", "Standard error", "Sessions", "Instruments"].map((label) => (
                      <th key={label} scope="col" className={tables.number}>
                        {label}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {[...record.months].reverse().map((month) => (
                    <tr key={month.month}>
                      <th scope="row">{monthName(month.month)}</th>
                      <td className={tables.number}>{correlation(month.correlation)}</td>
                      <td className={tables.number}>{number(month.standard_error, 3)}</td>
                      <td className={tables.number}>{count(month.sessions)}</td>
                      <td className={tables.number}>{count(month.instruments)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        </>
      )}
    </Panel>
  );
}
