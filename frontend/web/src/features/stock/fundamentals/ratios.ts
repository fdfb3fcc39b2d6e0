/** What each ratio is: its name, how it is reckoned, and how it is written. */
import { change, compact, number, percent, UNKNOWN, words } from "@/lib/format";

type Way = "growth" | "percent" | "times" | "ratio" | "money";

export interface Ratio {
  name: string;
  label: string;
  formula: string;
  way: Way;
}

export interface RatioGroup {
  title: string;
  ratios: readonly Ratio[];
}

function ratio(name: string, label: string, formula: string, way: Way): Ratio {
  return { name, label, formula, way };
}

export const RATIO_GROUPS: readonly RatioGroup[] = [
  {
    title: "Valuation",
    ratios: [
      ratio("price_to_earnings", "Price to earnings", "Price / diluted earnings per share", "times"),
      ratio("price_to_sales", "Price to sales", "Market value / revenue", "times"),
      ratio("price_to_book", "Price to book", "Market value / equity", "times"),
      ratio("price_to_free_cash_flow", "Price to free cash flow", "Market value / free cash flow", "times"),
      ratio("ev_to_ebit", "Enterprise value to EBIT", "Enterprise value / income before interest and tax", "times"),
      ratio("ev_to_revenue", "Enterprise value to revenue", "Enterprise value / revenue", "times"),
      ratio("enterprise_value", "Enterprise value", "Market value + debt + minorities + preferred − cash", "money"),
      ratio("earnings_yield", "Earnings yield", "Net income / market value", "percent"),
      ratio("free_cash_flow_yield", "Free cash flow yield", "Free cash flow / market value", "percent"),
      ratio("book_to_price", "Book to price", "Equity / market value", "ratio"),
      ratio("sales_to_price", "Sales to price", "Revenue / market value", "ratio"),
      ratio("dividend_yield", "Dividend yield", "Dividends per share / price", "percent"),
    ],
  },
  {
    title: "Growth",
    ratios: [
      ratio("revenue_growth", "Revenue", "12 months against the 12 before", "growth"),
      ratio("revenue_growth_3y", "Revenue, three years", "A year, compounded", "growth"),
      ratio("net_income_growth", "Net income", "12 months against the 12 before", "growth"),
      ratio("eps_growth", "Diluted earnings per share", "12 months against the 12 before", "growth"),
      ratio("operating_cash_flow_growth", "Operating cash flow", "12 months against the 12 before", "growth"),
      ratio("income_change_to_assets", "Change of net income", "To the assets of a year before", "growth"),
    ],
  },
  {
    title: "Margins",
    ratios: [
      ratio("gross_margin", "Gross margin", "Gross profit / revenue", "percent"),
      ratio("operating_margin", "Operating margin", "Operating income / revenue", "percent"),
      ratio("net_margin", "Net margin", "Net income / revenue", "percent"),
      ratio("free_cash_flow_margin", "Free cash flow margin", "Free cash flow / revenue", "percent"),
    ],
  },
  {
    title: "Returns",
    ratios: [
      ratio("return_on_equity", "Return on equity", "Net income / mean equity of the year", "percent"),
      ratio("return_on_assets", "Return on assets", "Net income / mean assets of the year", "percent"),
      ratio("return_on_invested_capital", "Return on invested capital", "EBIT after tax / mean of debt + equity − cash", "percent"),
      ratio("gross_profitability", "Gross profitability", "Gross profit / assets", "percent"),
      ratio("cash_earnings", "Cash flow beyond earnings", "(Operating cash flow − net income) / mean assets", "percent"),
    ],
  },
  {
    title: "Debt and liquidity",
    ratios: [
      ratio("debt_to_equity", "Debt to equity", "Total debt / equity", "ratio"),
      ratio("debt_to_assets", "Debt to assets", "Total debt / assets", "percent"),
      ratio("liabilities_to_assets", "Liabilities to assets", "Total liabilities / assets", "percent"),
      ratio("current_ratio", "Current ratio", "Current assets / current liabilities", "ratio"),
      ratio("interest_coverage", "Interest coverage", "EBIT / interest expense", "times"),
      ratio("cash_flow_to_liabilities", "Cash flow to liabilities", "Operating cash flow / liabilities", "percent"),
    ],
  },
];

/** The groups, and last what the API tells that is in none. */
export function ratioGroups(told: Readonly<Record<string, number | null>>): RatioGroup[] {
  const placed = new Set(RATIO_GROUPS.flatMap((group) => group.ratios.map((each) => each.name)));
  const others = Object.keys(told)
    .filter((name) => !placed.has(name))
    .map((name) => ratio(name, words(name), "", "ratio"));
  return [...RATIO_GROUPS, ...(others.length > 0 ? [{ title: "Other", ratios: others }] : [])];
}

export function ratioValue(value: number | null | undefined, way: Way, currency: string | null): string {
  if (value === null || value === undefined) return UNKNOWN;
  switch (way) {
    case "growth":
      return change(value);
    case "percent":
      return percent(value);
    case "times":
      return `${number(value, Math.abs(value) >= 100 ? 0 : 1)}×`;
    case "money":
      return `${compact(value)} ${currency ?? ""}`.trim();
    case "ratio":
      return number(value, 2);
  }
}
