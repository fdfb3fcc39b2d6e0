import { barGeometry } from "@/lib/geometry";

import classes from "./bars.module.css";

export interface BarOf {
  key: string;
  value: number | null;
  /** Below the bar. */
  label: string;
  tip: string;
  error?: number | null;
  /** Still under way, or of another kind: drawn fainter. */
  faint?: boolean;
}

/**
 * Bars around zero, as wide as there is room. The picture says in one sentence what it shows; the figures themselves
 * stand in a table beside it.
 */
export function Bars({
  bars,
  summary,
  height = 120,
  least = 0,
  directed = false,
  ends,
}: {
  bars: readonly BarOf[];
  summary: string;
  height?: number;
  least?: number;
  /** Above zero is good and below bad, and the bars are coloured so. */
  directed?: boolean;
  /** How the ends of the scale are written, where they are. */
  ends?: (value: number) => string;
}) {
  const shape = barGeometry(
    bars.map((bar) => bar.value),
    bars.map((bar) => bar.error),
    least,
  );
  // As many words below as have room.
  const every = Math.ceil(bars.length / 12);
  return (
    <figure className={classes.figure} role="img" aria-label={summary}>
      <div className={classes.plot} style={{ height }} aria-hidden="true">
        {ends && (
          <div className={classes.ends}>
            {shape.high > 0 && <span style={{ top: 0 }}>{ends(shape.high)}</span>}
            {shape.low < 0 && <span style={{ bottom: 0 }}>{ends(shape.low)}</span>}
          </div>
        )}
        <i className={classes.zero} style={{ bottom: `${String(shape.zero)}%` }} />
        {bars.map((bar, place) => {
          const span = shape.bars[place];
          const whisker = shape.whiskers[place];
          return (
            <div key={bar.key} className={classes.slot} data-tip={bar.tip}>
              {span && (
                <b
                  data-way={directed ? ((bar.value ?? 0) < 0 ? "down" : "up") : undefined}
                  data-below={(bar.value ?? 0) < 0 || undefined}
                  data-faint={bar.faint ?? undefined}
                  style={{ bottom: `${String(span.from)}%`, height: `${String(span.to - span.from)}%` }}
                />
              )}
              {whisker && (
                <i style={{ bottom: `${String(whisker.from)}%`, height: `${String(whisker.to - whisker.from)}%` }} />
              )}
              {!span && <s style={{ bottom: `${String(shape.zero)}%` }} />}
            </div>
          );
        })}
      </div>
      <div className={classes.labels} aria-hidden="true">
        {bars.map((bar, place) => (
          <span key={bar.key}>{(bars.length - 1 - place) % every === 0 ? bar.label : ""}</span>
        ))}
      </div>
    </figure>
  );
}
