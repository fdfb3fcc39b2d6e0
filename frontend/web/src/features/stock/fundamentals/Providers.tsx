import { IconCheck, IconEqualNot } from "@tabler/icons-react";

import type { FigureCheck, Fundamentals, Supplement } from "@/api/types";
import { change, compact, day, instant, number, percent, sourceName } from "@/lib/format";
import { Panel } from "@/ui/parts";

import tables from "../table.module.css";
import classes from "./providers.module.css";

/** A provider's figure in its unit. */
function written(value: number, unit: Supplement["unit"], currency: string | null): string {
  switch (unit) {
    case "fraction":
      return percent(value);
    case "multiple":
      return number(value, 2);
    case "per_share":
      return `${number(value, 2)} ${currency ?? ""}`.trim();
    case "shares":
      return compact(value);
    case "money":
      return `${compact(value)} ${currency ?? ""}`.trim();
  }
}

/** Figures that no filing tells. */
function Filled({ supplements }: { supplements: readonly Supplement[] }) {
  return (
    <Panel className={classes.panel}>
      <h2>Told by providers alone</h2>
      <p>No filing tells these. They are in nothing above, and in no score.</p>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard */}
      <div className={classes.scroller} role="region" aria-label="Told by providers alone" tabIndex={0}>
        <table className={tables.table}>
          <thead>
            <tr>
              <th scope="col">Figure</th>
              <th scope="col" className={tables.number}>
                Value
              </th>
              <th scope="col">Provider</th>
              <th scope="col">Told</th>
            </tr>
          </thead>
          <tbody>
            {supplements.map((one) => (
              <tr key={`${one.figure} ${one.provider}`}>
                <th scope="row">{one.label}</th>
                <td className={tables.number}>{written(one.value, one.unit, one.currency)}</td>
                <td>{who(one)}</td>
                <td data-tip={instant(one.fetched_at)}>{day(one.fetched_at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function who({ provider, source }: { provider: string; source: string }): string {
  return source === provider ? sourceName(provider) : `${sourceName(provider)} (${sourceName(source)})`;
}

/** What both filings and a provider tell. */
function Checks({ checks, currency }: { checks: readonly FigureCheck[]; currency: string | null }) {
  const agreed = checks.filter((check) => check.agrees).length;
  return (
    <Panel className={classes.panel}>
      <h2>Checked against providers</h2>
      <p>
        {agreed === checks.length ? "All" : `${String(agreed)} of`} {checks.length} figures agree, as far as two ways of counting can.
      </p>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard */}
      <div className={classes.scroller} role="region" aria-label="Checked against providers" tabIndex={0}>
        <table className={tables.table}>
          <thead>
            <tr>
              <th scope="col">Figure</th>
              <th scope="col" className={tables.number}>
                Filings
              </th>
              <th scope="col" className={tables.number}>
                Provider
              </th>
              <th scope="col" className={tables.number}>
                Differs by
              </th>
              <th scope="col">Result</th>
              <th scope="col">Told by</th>
            </tr>
          </thead>
          <tbody>
            {checks.map((check) => (
              <tr key={`${check.figure} ${check.provider}`}>
                <th scope="row">{check.label}</th>
                <td className={tables.number}>{written(check.ours, check.unit, currency)}</td>
                <td className={tables.number}>
                  {written(check.theirs, check.unit, currency)}
                </td>
                <td className={tables.number}>{change(check.differs_by, 1)}</td>
                <td>
                  <span className={classes.result} data-agrees={check.agrees}>
                    {check.agrees ? (
                      <IconCheck size={14} stroke={2.2} aria-hidden="true" />
                    ) : (
                      <IconEqualNot size={14} stroke={2.2} aria-hidden="true" />
                    )}
                    {check.agrees ? "Agrees" : "Differs"}
                  </span>
                </td>
                <td data-tip={instant(check.fetched_at)}>{who(check)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** What providers tell of the same company: apart from the filings, and beside them. */
export function Providers({ told }: { told: Fundamentals }) {
  if (told.supplements.length + told.checks.length === 0) return null;
  return (
    <div className={classes.both}>
      {told.checks.length > 0 && <Checks checks={told.checks} currency={told.currency} />}
      {told.supplements.length > 0 && <Filled supplements={told.supplements} />}
    </div>
  );
}
