import type { ApiUsage } from "@/api/types";
import { Hidden, Panel } from "@/ui/parts";
import { Told } from "@/ui/told";

import classes from "./budget.module.css";

const LEVELS: { level: ApiUsage["level"]; label: string }[] = [
  { level: "full", label: "Full" },
  { level: "thrift", label: "Thrift" },
  { level: "essential", label: "Essential" },
  { level: "hold", label: "Hold" },
  { level: "read_only", label: "Read only" },
];

/** How much is done at present, as a place on the way from everything to nothing, and what that means. */
export function SpendingLevel({ usage }: { usage: ApiUsage }) {
  const place = LEVELS.findIndex(({ level }) => level === usage.level);
  return (
    <Panel className={classes.level}>
      <div>
        <h2>Spending level</h2>
        <p>
          <Told words={usage.sentence} />
        </p>
      </div>
      <ol className={classes.steps} data-reduced={place > 0 || undefined}>
        {LEVELS.map(({ level, label }, index) => (
          <li key={level} aria-current={index === place ? "step" : undefined}>
            {label}
            {index === place && <Hidden> (now)</Hidden>}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
