import { IconFlask2, IconFolderOpen } from "@tabler/icons-react";

import { useStatus } from "@/api/status";

import classes from "./shell.module.css";

/** At the very top of every page: that figures are not of a real market, or not of now. */
export function ModeBanner() {
  const status = useStatus();
  if (!status?.notice) return null;
  const Icon = status.synthetic ? IconFlask2 : IconFolderOpen;
  return (
    <div className={classes.banner} role="note" aria-label="About this data" data-mode={status.mode}>
      <Icon size={15} aria-hidden="true" />
      <span>{status.notice}</span>
    </div>
  );
}
