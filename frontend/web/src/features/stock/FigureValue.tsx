import type { Figure } from "@/api/types";
import { figure, percent } from "@/lib/format";
import { Change, Unknown } from "@/ui/figures";

/** Gains and losses show their sign; a volatility or a correlation is none. */
const SIGNED = /^(return|momentum|max_drawdown|distance)/;

/** A figure in its unit, or «—» and on hover why it is unknown. */
export function FigureValue({ name, value, unit, reason }: Pick<Figure, "name" | "value" | "unit" | "reason">) {
  if (value === null) return <Unknown reason={reason} />;
  if (unit !== "fraction") return <>{figure(value, unit)}</>;
  return SIGNED.test(name) ? <Change value={value} /> : <>{percent(value, 2)}</>;
}
