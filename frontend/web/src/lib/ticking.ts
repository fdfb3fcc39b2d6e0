/** The one clock between two answers of the API, so that what counts down does not stand still. */
import { useEffect, useState } from "react";

import { useStatus } from "@/api/status";

const TICK = 1_000;

/** The instant that it is by the platform's clock if it was `at` when the answer came. Rests while nobody looks. */
export function useTicking(at: string | undefined, answeredAt: number): string | undefined {
  const rate = useStatus()?.clock_rate ?? 1;
  const [now, setNow] = useState(answeredAt);
  useEffect(() => {
    const tick = () => {
      if (!document.hidden) setNow(Date.now());
    };
    const timer = window.setInterval(tick, TICK);
    document.addEventListener("visibilitychange", tick);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }, []);
  if (at === undefined) return undefined;
  const passed = Math.max(0, now - answeredAt);
  return new Date(Date.parse(at) + passed * rate).toISOString();
}
