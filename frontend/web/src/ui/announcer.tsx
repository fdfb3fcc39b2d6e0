import { useEffect, useState } from "react";

import classes from "./ui.module.css";

type Listener = (text: string) => void;
let listener: Listener | null = null;

/** Says `text` to screen readers, politely. There is one live region on a page. */
export function announce(text: string): void {
  listener?.(text);
}

export function Announcer() {
  const [text, setText] = useState("");
  useEffect(() => {
    listener = setText;
    return () => {
      listener = null;
    };
  }, []);
  return (
    <div aria-live="polite" role="status" className={classes.hidden} data-testid="announcer">
      {text}
    </div>
  );
}
