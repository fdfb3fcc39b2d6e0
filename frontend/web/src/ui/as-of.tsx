import { CloseButton, TextInput } from "@mantine/core";
import { useState } from "react";

import classes from "./as-of.module.css";

const FIRST = "1990-01-01";

/** The day whose knowledge is shown. Only a whole date that may be asked for is handed on. */
export function AsOf({
  value,
  today,
  change,
}: {
  value: string | undefined;
  today: string | undefined;
  change: (day: string | undefined) => void;
}) {
  const [typed, setTyped] = useState(value ?? "");
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    // The address changed by other means: the field follows.
    setSeen(value);
    setTyped(value ?? "");
  }
  const wrong = typed !== "" && (typed < FIRST || (today !== undefined && typed > today));
  return (
    <div className={classes.asOf} data-set={value !== undefined || undefined}>
      <label htmlFor="as-of">As known on</label>
      <TextInput
        id="as-of"
        type="date"
        size="sm"
        min={FIRST}
        max={today}
        value={typed}
        error={wrong ? (typed < FIRST ? "From 1990 on" : "Not yet known") : undefined}
        onChange={(event) => {
          const next = event.currentTarget.value;
          setTyped(next);
          if (next === "") change(undefined);
          else if (next >= FIRST && (today === undefined || next <= today)) change(next === today ? undefined : next);
        }}
        rightSection={
          value !== undefined && (
            <CloseButton
              size="sm"
              aria-label="As known today"
              onClick={() => {
                change(undefined);
              }}
            />
          )
        }
      />
    </div>
  );
}
