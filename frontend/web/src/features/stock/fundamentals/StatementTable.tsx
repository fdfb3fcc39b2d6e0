import type { FundamentalLine, Fundamentals } from "@/api/types";
import { day } from "@/lib/format";
import { Sparkline, Unknown } from "@/ui/figures";
import { Hidden, Panel } from "@/ui/parts";

import classes from "./statement.module.css";
import { cell, full, groups, origin, tableScale, type Column, type Group, type Scale } from "./statements";

interface RowProps {
  line: FundamentalLine;
  told: Fundamentals;
  shown: readonly Column[];
  scale: Scale;
  onOpen: (line: FundamentalLine) => void;
}

function Row({ line, told, shown, scale, onOpen }: RowProps) {
  const past = shown.filter((column) => !column.trailing).map((column) => column.figures[line.name]?.value ?? null);
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          onClick={() => {
            onOpen(line);
          }}
          data-tip="Every period, with its filings"
        >
          {line.label}
        </button>
      </th>
      <td className={classes.trend}>
        <Sparkline values={[...past].reverse()} width={84} height={22} directed={false} />
      </td>
      {shown.map((column) => {
        const figure = column.figures[line.name];
        if (!figure) {
          return (
            <td key={column.key} data-trailing={column.trailing || undefined}>
              <Unknown reason="Not told" />
            </td>
          );
        }
        const doubted = told.doubts.some((doubt) => doubt.line === line.name && doubt.end === column.until);
        return (
          <td
            key={column.key}
            data-trailing={column.trailing || undefined}
            data-negative={figure.value < 0 || undefined}
            data-tip={`${full(figure.value, line.unit, told.currency)}\n${origin(figure, column.until)}${doubted ? "\nIn doubt: another filing tells it quite differently" : ""}`}
          >
            <span data-derived={figure.derived || undefined} data-doubted={doubted || undefined}>
              {cell(figure.value, line.unit, scale)}
              {doubted && <sup aria-hidden="true">!</sup>}
            </span>
            {figure.derived && <Hidden>, worked out</Hidden>}
            {doubted && <Hidden>, in doubt</Hidden>}
          </td>
        );
      })}
    </tr>
  );
}

function Rows({ group, ...rest }: Omit<RowProps, "line"> & { group: Group }) {
  const untold = group.untold.map((line) => line.label).join(" · ");
  return (
    <tbody>
      <tr className={classes.group}>
        <th scope="rowgroup" colSpan={rest.shown.length + 2}>
          <span>{group.title}</span>
        </th>
      </tr>
      {group.lines.map((line) => (
        <Row key={line.name} line={line} {...rest} />
      ))}
      {untold && (
        <tr className={classes.untold}>
          <td colSpan={rest.shown.length + 2}>
            <span>
              <b>Not told:</b> {untold}
            </span>
          </td>
        </tr>
      )}
    </tbody>
  );
}

/** The statements, newest period first. Each line opens with all its periods and their filings. */
export function StatementTable({ told, shown, onOpen }: Omit<RowProps, "line" | "scale">) {
  const scale = tableScale(told.lines, shown);
  const unit = [told.currency, scale.word].filter(Boolean).join(" ");
  return (
    <Panel className={classes.panel}>
      <header>
        <h2>Statements</h2>
        <p>
          {unit && <>{unit}; shares in {scale.word || "units"}. </>}
          <span className={classes.legend}>Dotted</span> figures are worked out, such as a fourth quarter. «—» was not told.
        </p>
      </header>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard */}
      <div className={classes.scroller} role="region" aria-label="Statements by period" tabIndex={0}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col" className={classes.trend}>
                Trend
              </th>
              {shown.map((column) => (
                <th
                  key={column.key}
                  scope="col"
                  data-trailing={column.trailing || undefined}
                  data-tip={column.trailing ? "Flows of the twelve months, the balance sheet of their last day" : undefined}
                >
                  {column.name}
                  <small>to {day(column.until)}</small>
                </th>
              ))}
            </tr>
          </thead>
          {groups(told.lines, shown).map((group) => (
            <Rows key={group.title} group={group} told={told} shown={shown} scale={scale} onOpen={onOpen} />
          ))}
        </table>
      </div>
    </Panel>
  );
}
