/** Rows under their day, in the order in which they came. */
export function byDay<Row>(rows: readonly Row[], dayOf: (row: Row) => string): { day: string; rows: Row[] }[] {
  const days = new Map<string, Row[]>();
  for (const row of rows) days.set(dayOf(row), [...(days.get(dayOf(row)) ?? []), row]);
  return [...days].map(([day, found]) => ({ day, rows: found }));
}
