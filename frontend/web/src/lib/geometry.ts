/** Where bars and lines stand in a picture, in percent of its height from the bottom. */

type Maybe = number | null | undefined;

export interface Span {
  from: number;
  to: number;
}

export interface BarGeometry {
  /** Where zero is. */
  zero: number;
  bars: (Span | null)[];
  /** Around the end of each bar, as far as its error reaches. */
  whiskers: (Span | null)[];
  low: number;
  high: number;
}

function known(value: Maybe): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

/** Bars up and down from zero. `least` keeps small values small: the scale reaches at least as far either way. */
export function barGeometry(values: readonly Maybe[], errors: readonly Maybe[] = [], least = 0): BarGeometry {
  const ends = values.flatMap((value, place) => {
    if (!known(value)) return [];
    const error = errors[place];
    return known(error) ? [value - error, value + error, value] : [value];
  });
  const high = Math.max(0, least, ...ends);
  const low = Math.min(0, -least, ...ends);
  const size = high - low || 1;
  const place = (value: number) => (100 * (value - low)) / size;
  const zero = place(0);
  return {
    zero,
    low,
    high,
    bars: values.map((value) =>
      known(value) ? { from: Math.min(zero, place(value)), to: Math.max(zero, place(value)) } : null,
    ),
    whiskers: values.map((value, index) => {
      const error = errors[index];
      return known(value) && known(error) ? { from: place(value - error), to: place(value + error) } : null;
    }),
  };
}

/** Where days stand from left to right, in percent, as far apart as they are. */
export function dayPlaces(days: readonly string[]): number[] {
  const times = days.map((day) => Date.parse(day));
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
  return times.map((time) => (last === first ? 0 : (100 * (time - first)) / (last - first)));
}

/**
 * A line through values at their places, in a picture 100 wide and 100 high; a gap in the values is a gap in the line,
 * and what stands alone is a dot.
 */
export function linePath(values: readonly Maybe[], places: readonly number[], low: number, high: number): string {
  const size = high - low || 1;
  let path = "";
  let pen = false;
  values.forEach((value, place) => {
    if (!known(value)) {
      pen = false;
      return;
    }
    path += `${pen ? "L" : "M"}${(places[place] ?? 0).toFixed(2)} ${(100 - (100 * (value - low)) / size).toFixed(2)}`;
    if (!pen && !known(values[place + 1])) path += "h0";
    pen = true;
  });
  return path;
}
