import { IconMoon, IconSun, IconSunrise } from "@tabler/icons-react";

import classes from "./hour.module.css";

const HOURS = {
  before_open: { label: "Before the open", icon: IconSunrise },
  during: { label: "During trading", icon: IconSun },
  after_close: { label: "After the close", icon: IconMoon },
} as const;

/** At what time of the exchange's day a company reports. */
export function Hour({ hour }: { hour: keyof typeof HOURS | null }) {
  if (hour === null) return <span className={classes.hour}>Time not told</span>;
  const { label, icon: Icon } = HOURS[hour];
  return (
    <span className={classes.hour}>
      <Icon size={15} stroke={1.7} aria-hidden="true" />
      {label}
    </span>
  );
}
