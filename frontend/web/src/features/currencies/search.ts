/** What the Currencies page shows, as its address says it. Whatever is not understood is left out. */
export interface CurrenciesSearch {
  base?: string;
  amount?: number;
  from?: string;
  to?: string;
}

function code(value: unknown): string | undefined {
  return typeof value === "string" && /^[A-Z]{3}$/.test(value) ? value : undefined;
}

export function currenciesSearch(search: Record<string, unknown>): CurrenciesSearch {
  // Four places, as the field has them.
  const amount = Number(Number(search.amount).toFixed(4));
  return {
    base: code(search.base),
    amount: search.amount !== undefined && search.amount !== "" && amount >= 0 && amount < 1e12 ? amount : undefined,
    from: code(search.from),
    to: code(search.to),
  };
}
