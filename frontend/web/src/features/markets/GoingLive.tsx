import { Progress } from "@mantine/core";
import { IconAlertTriangle, IconBan, IconChevronDown, IconCircleCheck, IconCircleDashed, IconLoader2 } from "@tabler/icons-react";
import { useId, useState } from "react";

import { useStatus } from "@/api/status";
import type { HistoryStep } from "@/api/types";
import { count } from "@/lib/format";
import { Hidden } from "@/ui/parts";
import { Told } from "@/ui/told";

import classes from "./going-live.module.css";
import { bringing, counted, type Tone } from "./history";

const ICONS: Record<Tone, typeof IconLoader2> = { running: IconLoader2, waiting: IconLoader2, stopped: IconAlertTriangle };

const STATES: Record<HistoryStep["state"], { icon: typeof IconLoader2; words: string }> = {
  pending: { icon: IconCircleDashed, words: "not begun" },
  running: { icon: IconLoader2, words: "under way" },
  done: { icon: IconCircleCheck, words: "done" },
  refused: { icon: IconBan, words: "refused" },
};

function Step({ step }: { step: HistoryStep }) {
  const { icon: Icon, words } = STATES[step.state];
  return (
    <li data-state={step.state}>
      <Icon size={16} stroke={1.8} aria-hidden="true" />
      <b>
        {step.label}
        <Hidden>: {words}</Hidden>
      </b>
      <span className={classes.counted}>{counted(step)}</span>
      <span className={classes.words}>
        <Told words={step.words} />
      </span>
    </li>
  );
}

/** At the top of Markets while history is being brought: what is there, what is coming, until when. */
export function GoingLive() {
  const status = useStatus();
  const [open, setOpen] = useState(false);
  const steps = useId();
  const history = status?.history;
  const told = status && bringing(status.history, status.now);
  if (!history || !told) return null;
  const Icon = ICONS[told.tone];
  return (
    <section className={classes.strip} data-tone={told.tone} data-counted={told.share !== null || undefined} aria-label="Going live">
      <div className={classes.line}>
        <Icon size={20} stroke={1.7} className={told.tone === "stopped" ? undefined : classes.turning} aria-hidden="true" />
        <div className={classes.said}>
          <h2>{told.title}</h2>
          {told.line && (
            <p>
              <Told words={told.line} />
            </p>
          )}
        </div>
        {told.share !== null && (
          <div className={classes.progress}>
            <p>
              <span>{told.counted}</span>
              {told.end && <span>{told.end}</span>}
            </p>
            <Progress value={told.share} size={6} aria-label="Sessions stored of those wanted" />
          </div>
        )}
        {told.share === null && told.end && <p className={classes.end}>{told.end}</p>}
        <button
          type="button"
          className={classes.more}
          aria-expanded={open}
          aria-controls={steps}
          onClick={() => {
            setOpen((was) => !was);
          }}
        >
          Steps <IconChevronDown size={15} aria-hidden="true" />
        </button>
      </div>
      {told.troubles.map((trouble) => (
        <p key={trouble.what} className={classes.trouble}>
          <b>{trouble.what}:</b> <Told words={trouble.why} /> {trouble.advice && <Told words={trouble.advice} />}
        </p>
      ))}
      <div id={steps} hidden={!open} className={classes.steps}>
        <ol>
          {history.steps.map((step) => (
            <Step key={step.name} step={step} />
          ))}
        </ol>
        {history.calls_left !== null && history.calls_left > 0 && (
          <p>
            {history.calls_left === 1 ? "One call is" : `${count(history.calls_left)} calls are`} left to make.
            {told.next && ` The next one at ${told.next}.`}
          </p>
        )}
      </div>
    </section>
  );
}
