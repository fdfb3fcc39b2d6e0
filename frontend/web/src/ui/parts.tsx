import type { ReactNode } from "react";

import classes from "./ui.module.css";

export type Tone = "plain" | "good" | "warn" | "bad" | "accent";

export function Pill({ children, tone = "plain", tip }: { children: ReactNode; tone?: Tone; tip?: string }) {
  return (
    <span className={classes.pill} data-tone={tone} data-tip={tip}>
      {children}
    </span>
  );
}

export function Panel({ children, className }: { children: ReactNode; className?: string }) {
  return <section className={className ? `${classes.panel} ${className}` : classes.panel}>{children}</section>;
}

/** Text for screen readers only. */
export function Hidden({ children }: { children: ReactNode }) {
  return <span className={classes.hidden}>{children}</span>;
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className={classes.kbd}>{children}</kbd>;
}

/** A line above the content that says how things stand: calm, never in the way. */
export function Banner({ icon, children, label }: { icon: ReactNode; children: ReactNode; label: string }) {
  return (
    <div className={classes.banner} role="note" aria-label={label}>
      {icon}
      <p>{children}</p>
    </div>
  );
}

/** What stands where content would be: an icon, a title, one sentence, one or two actions. */
export function Notice({
  icon,
  title,
  children,
  actions,
  alert = false,
}: {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  alert?: boolean;
}) {
  return (
    <div className={classes.notice} role={alert ? "alert" : undefined}>
      {icon}
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {actions && <footer>{actions}</footer>}
    </div>
  );
}
