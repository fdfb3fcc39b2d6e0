import type { Figure } from "@/api/types";
import { figure, percent } from "@/lib/format";
import { Change, Unknown } from "@/ui/figures";
import { Hidden } from "@/ui/parts";

import classes from "./tabs.module.css";

/** Fractions are gains, losses and distances, which have a direction; a volatility has none. */
const UNDIRECTED = "volatility";

type Told = Pick<Figure, "name" | "value" | "unit" | "reason"> & Partial<Pick<Figure, "note">>;

/**
 * A figure in its unit, or «—» and on hover why it is unknown. A star marks one that rests on something else than its
 * formula says; hover tells on what, and so does whoever shows many of them, at their foot.
 */
export function FigureValue({ note, ...told }: Told) {
  if (!note || told.value === null) return <Value {...told} />;
  return (
    <span className={classes.noted} data-tip={sentence(note)}>
      <Value {...told} />
      <sup aria-hidden="true">*</sup>
      <Hidden>, {note}</Hidden>
    </span>
  );
}

function Value({ name, value, unit, reason }: Omit<Told, "note">) {
  if (value === null) return <Unknown reason={reason} />;
  if (unit !== "fraction") return <>{figure(value, unit)}</>;
  return name.startsWith(UNDIRECTED) ? <>{percent(value, 2)}</> : <Change value={value} />;
}

/** A note as a sentence of its own. */
export function sentence(note: string): string {
  return `${note.charAt(0).toUpperCase()}${note.slice(1)}.`;
}
