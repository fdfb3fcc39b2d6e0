import { IconActivity, IconArrowsExchange, IconCalendarEvent, IconChartCandle, IconGauge, IconNews, type Icon } from "@tabler/icons-react";

/** The pages people go to by name: header, bottom tabs, palette and «g» shortcuts are made from this list. */
export const destinations: readonly {
  to: "/markets" | "/news" | "/calendar" | "/currencies" | "/data" | "/runs";
  label: string;
  /** Where there is little room, below a thumb. */
  short?: string;
  key: string;
  icon: Icon;
  hint: string;
}[] = [
  { to: "/markets", label: "Markets", key: "m", icon: IconChartCandle, hint: "All stocks, ranked" },
  { to: "/news", label: "News", key: "n", icon: IconNews, hint: "What is written, each story once" },
  { to: "/calendar", label: "Calendar", key: "e", icon: IconCalendarEvent, hint: "Who reports, and whose dividends are due" },
  { to: "/currencies", label: "Currencies", short: "FX", key: "c", icon: IconArrowsExchange, hint: "Reference rates, and a converter" },
  {
    to: "/data",
    label: "Data & Budget",
    short: "Data",
    key: "d",
    icon: IconGauge,
    hint: "Limits of the providers, what was used, what comes next",
  },
  { to: "/runs", label: "Activity", key: "a", icon: IconActivity, hint: "Runs of the daily job, imports, errors" },
];
