import { IconActivity, IconArrowsExchange, IconChartCandle, type Icon } from "@tabler/icons-react";

/** The pages people go to by name: header, bottom tabs, palette and «g» shortcuts are made from this list. */
export const destinations: readonly {
  to: "/markets" | "/currencies" | "/runs";
  label: string;
  key: string;
  icon: Icon;
  hint: string;
}[] = [
  { to: "/markets", label: "Markets", key: "m", icon: IconChartCandle, hint: "All stocks, ranked" },
  { to: "/currencies", label: "Currencies", key: "c", icon: IconArrowsExchange, hint: "Reference rates, and a converter" },
  { to: "/runs", label: "Activity", key: "a", icon: IconActivity, hint: "Runs of the daily job, imports, errors" },
];
