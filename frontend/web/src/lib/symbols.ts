/** «abc, xyz» → «ABC,XYZ», as the API takes several; nothing where there is none. */
export function symbolsOf(typed: unknown, most = 50): string | undefined {
  if (typeof typed !== "string") return undefined;
  const symbols = typed.toUpperCase().match(/[A-Z0-9][A-Z0-9.\-^/]*/g) ?? [];
  return symbols.length > 0 ? [...new Set(symbols)].slice(0, most).join(",") : undefined;
}
