import type { Figure } from "@/api/types";
import { figure, percent } from "@/lib/format";
import { Change, Unknown } from "@/ui/figures";

/** Fractions are gains, losses and distances, which have a direction; a volatility has none. */
const UNDIRECTED = "volatility";

/** A figure in its unit, or «—» and on hover why it is unknown. */
export function FigureValue({ name, value, unit, reason }: Pick<Figure, "name" | "value" | "unit" | "reason">) {
  if (value === null) return <Unknown reason={reason} />;
  if (unit !== "fraction") return <>{figure(value, unit)}</>;
  return name.startsWith(UNDIRECTED) ? <>{percent(value, 2)}</> : <Change value={value} />;
}
