import { useEffect, useRef, useState } from "react";

import classes from "./ui.module.css";

interface Tip {
  text: string;
  left: number;
  top: number;
  below: boolean;
}

/**
 * One tooltip for the whole page: any element with `data-tip` gets it on hover and on focus. A table of hundreds of
 * cells would otherwise carry hundreds of tooltip components.
 */
export function TipLayer() {
  const [tip, setTip] = useState<Tip | null>(null);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => {
    let current: Element | null = null;
    function hide(): void {
      window.clearTimeout(timer.current);
      current = null;
      setTip(null);
    }
    function show(event: Event, delay: number): void {
      const element = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
      if (element === current) return;
      hide();
      if (!element) return;
      current = element;
      timer.current = window.setTimeout(() => {
        const text = element.getAttribute("data-tip");
        if (!text || !element.isConnected) return;
        const box = element.getBoundingClientRect();
        const half = Math.min(150, window.innerWidth / 2 - 8);
        const left = Math.min(Math.max(box.left + box.width / 2, half + 8), window.innerWidth - half - 8);
        const below = box.top < 110;
        setTip({ text, left, top: below ? box.bottom + 8 : box.top - 8, below });
      }, delay);
    }
    const onOver = (event: Event) => {
      show(event, 250);
    };
    const onFocus = (event: Event) => {
      if (event.target instanceof Element && event.target.matches(":focus-visible")) show(event, 0);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") hide();
    };
    document.addEventListener("pointerover", onOver);
    document.addEventListener("focusin", onFocus);
    document.addEventListener("focusout", hide);
    document.addEventListener("pointerdown", hide);
    document.addEventListener("scroll", hide, true);
    document.addEventListener("keydown", onKey);
    return () => {
      hide();
      document.removeEventListener("pointerover", onOver);
      document.removeEventListener("focusin", onFocus);
      document.removeEventListener("focusout", hide);
      document.removeEventListener("pointerdown", hide);
      document.removeEventListener("scroll", hide, true);
      document.removeEventListener("keydown", onKey);
    };
  }, []);
  if (!tip) return null;
  return (
    <div
      role="tooltip"
      className={classes.tip}
      data-below={tip.below || undefined}
      style={{ left: tip.left, top: tip.top }}
    >
      {tip.text}
    </div>
  );
}
