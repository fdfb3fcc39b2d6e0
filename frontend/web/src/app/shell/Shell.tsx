import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { useStatus } from "@/api/status";
import type { Status } from "@/api/types";
import { useShortcuts } from "@/lib/shortcuts";

import { Attributions } from "./Attributions";
import { BottomTabs } from "./BottomTabs";
import { DataStrip } from "./DataStrip";
import { destinations } from "./destinations";
import { Header } from "./Header";
import { KeyboardHelp } from "./KeyboardHelp";
import { ModeBanner } from "./ModeBanner";
import { openPalette, Palette } from "./Palette";
import classes from "./shell.module.css";

/** Changes when what the pages show is no longer the latest: a run has ended, a session was ranked, history came. */
function landmarks({ latest_session, latest_ranked_session, instruments, ranked, last_run, history }: Status): string {
  const analysis = history?.steps.find((step) => step.name === "analysis");
  return [
    latest_session, latest_ranked_session, instruments, ranked, last_run?.id, last_run?.state,
    history?.state, analysis?.state, analysis?.done,
  ].join(" ");
}

function useRefetchAfterRuns(): void {
  const queries = useQueryClient();
  const status = useStatus();
  const mark = status && landmarks(status);
  const seen = useRef(mark);
  useEffect(() => {
    if (seen.current !== undefined && mark !== undefined && seen.current !== mark) {
      void queries.invalidateQueries({
        predicate: (query) => query.queryKey[0] !== "status" && query.queryKey[0] !== "session",
      });
    }
    seen.current = mark;
  }, [mark, queries]);
}

export function Shell() {
  const [help, setHelp] = useState(false);
  const navigate = useNavigate();
  const main = useRef<HTMLElement>(null);
  useRefetchAfterRuns();
  useShortcuts([
    { keys: "/", label: "Search", group: "Anywhere", run: openPalette },
    { keys: "Mod+k", label: "Search", group: "Anywhere", run: openPalette, always: true },
    {
      keys: "?",
      label: "Keyboard shortcuts",
      group: "Anywhere",
      run: () => {
        setHelp(true);
      },
    },
    ...destinations.map((page) => ({
      keys: `g ${page.key}`,
      label: page.label,
      group: "Go to" as const,
      run: () => void navigate({ to: page.to }),
    })),
  ]);
  // A new page starts at its top for the keyboard and the screen reader, too.
  const path = useRouterState({ select: (state) => state.location.pathname });
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current !== path) main.current?.focus({ preventScroll: true });
    shown.current = path;
  }, [path]);

  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        Skip to content
      </a>
      <ModeBanner />
      <Header
        onHelp={() => {
          setHelp(true);
        }}
      />
      <DataStrip />
      <main id="main" ref={main} tabIndex={-1} className={classes.main}>
        <Outlet />
      </main>
      <Attributions />
      <BottomTabs />
      <Palette
        onHelp={() => {
          setHelp(true);
        }}
      />
      <KeyboardHelp
        opened={help}
        onClose={() => {
          setHelp(false);
        }}
      />
    </div>
  );
}
