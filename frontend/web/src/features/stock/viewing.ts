import { useEffect } from "react";

import { client } from "@/api/client";

const AGAIN = 60_000; // half of what the API takes a page for open that has said nothing

/** Says that somebody looks at this stock, as long as somebody does: its price is then asked for more often. */
export function useViewing(symbol: string, known: boolean): void {
  useEffect(() => {
    if (!known) return;
    let saidAt = Number.NEGATIVE_INFINITY;
    const say = () => {
      if (document.hidden || Date.now() - saidAt < AGAIN - 1_000) return;
      saidAt = Date.now();
      // What is lost when it fails is a fresher price, no more; the page itself says what is wrong.
      client.POST("/api/stocks/{symbol}/viewing", { params: { path: { symbol } } }).catch(() => undefined);
    };
    say();
    const timer = window.setInterval(say, AGAIN);
    document.addEventListener("visibilitychange", say);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", say);
    };
  }, [symbol, known]);
}
