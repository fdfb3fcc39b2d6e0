import { change, number, UNKNOWN } from "@/lib/format";

import classes from "./ui.module.css";

type Maybe = number | null | undefined;

function direction(value: Maybe): "up" | "down" | "flat" {
  if (value === null || value === undefined || Math.abs(value) < 0.00005) return "flat";
  return value > 0 ? "up" : "down";
}

function Arrow({ up }: { up: boolean }) {
  return (
    <svg className={classes.arrow} viewBox="0 0 10 9" aria-hidden="true">
      <path d={up ? "M5 0 10 9H0z" : "M5 9 0 0h10z"} fill="currentColor" />
    </svg>
  );
}

/** A gain or loss (a fraction), told by sign, arrow and colour. Unknown is «—» with its reason. */
export function Change({ value, tip }: { value: Maybe; tip?: string }) {
  if (value === null || value === undefined) return <Unknown reason={tip} />;
  const way = direction(value);
  return (
    <span className={classes.change} data-direction={way} data-tip={tip}>
      {way !== "flat" && <Arrow up={way === "up"} />}
      {change(value)}
    </span>
  );
}

/** «—», and on hover or focus the reason. */
export function Unknown({ reason }: { reason?: string | null }) {
  return (
    <span className={classes.unknown} data-tip={reason ?? "Unknown"}>
      <span aria-hidden="true">{UNKNOWN}</span>
      <span className={classes.hidden}>unknown</span>
    </span>
  );
}

/** A horizontal bar from 0 to 100. */
export function Meter({ value, width, height = 4 }: { value: Maybe; width?: number; height?: number }) {
  return (
    <span className={classes.meter} style={{ width, height }} aria-hidden="true">
      {value !== null && value !== undefined && (
        <span style={{ width: `${String(Math.max(2, Math.min(100, value)))}%` }} />
      )}
    </span>
  );
}

/** A score from 0 to 100 with a tiny bar. */
export function ScoreBar({ value, tip }: { value: Maybe; tip?: string }) {
  if (value === null || value === undefined) return <Unknown reason={tip} />;
  return (
    <span className={classes.score} data-tip={tip}>
      {number(value, 0)}
      <Meter value={value} />
    </span>
  );
}

/** The last closes as a line; a gap in the data is a gap in the line. */
export function Sparkline({
  values,
  width = 92,
  height = 26,
  directed = true,
}: {
  values: (number | null)[] | null;
  width?: number;
  height?: number;
  /** Whether up is good and down is bad, and the line is coloured so. */
  directed?: boolean;
}) {
  const known = values?.filter((value): value is number => value !== null) ?? [];
  const first = known[0];
  const last = known.at(-1);
  if (!values || first === undefined || last === undefined || known.length < 2) return null;
  const low = Math.min(...known);
  const high = Math.max(...known);
  const span = high - low || 1;
  const step = width / (values.length - 1);
  let path = "";
  let pen = false;
  values.forEach((value, index) => {
    if (value === null) {
      pen = false;
      return;
    }
    const y = 1 + (1 - (value - low) / span) * (height - 2);
    path += `${pen ? "L" : "M"}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    pen = true;
  });
  return (
    <svg
      className={classes.spark}
      data-direction={directed ? direction(last / first - 1) : undefined}
      width={width}
      height={height}
      viewBox={`0 0 ${String(width)} ${String(height)}`}
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}
