import type { Recommendation } from "@/api/types";
import { instant, sourceName } from "@/lib/format";
import { Panel } from "@/ui/parts";

import classes from "./earnings.module.css";
import { analysts, consensus, VIEWS } from "./words";

const MONTH = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });

/** What analysts recommended, month by month; bars of the same length stand for the same number of them. */
export function Recommendations({ recommendations }: { recommendations: readonly Recommendation[] }) {
  const newest = recommendations[0];
  const most = Math.max(1, ...recommendations.map(analysts));
  return (
    <Panel className={classes.recommendations}>
      <header>
        <h2>Analysts</h2>
        <p>{newest ? consensus(newest) : "No recommendation is known."}</p>
      </header>
      {newest && (
        <>
          <table>
            <thead>
              <tr>
                <th scope="col">Month</th>
                <td aria-hidden="true" />
                {VIEWS.map((view) => (
                  <th key={view.name} scope="col">
                    <i data-view={view.name} aria-hidden="true" />
                    {view.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {recommendations.map((one) => (
                <tr key={`${one.period} ${one.provider}`}>
                  <th scope="row">{MONTH.format(new Date(one.period))}</th>
                  <td aria-hidden="true">
                    <div className={classes.stack}>
                      {VIEWS.map(
                        (view) =>
                          one[view.name] > 0 && (
                            <i
                              key={view.name}
                              data-view={view.name}
                              style={{ width: `${String((100 * one[view.name]) / most)}%` }}
                              data-tip={`${view.label}: ${String(one[view.name])}`}
                            />
                          ),
                      )}
                    </div>
                  </td>
                  {VIEWS.map((view) => (
                    <td key={view.name}>{one[view.name]}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          <small data-tip={instant(newest.fetched_at)}>Source: {sourceName(newest.source)}</small>
        </>
      )}
    </Panel>
  );
}
