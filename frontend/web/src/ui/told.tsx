import { readable } from "@/lib/format";

import classes from "./ui.module.css";

/** What is typed as it stands: a command, a setting, the file of settings. */
const TYPED = /(manage\.py accept_terms [a-z]+|manage\.py [a-z_]+(?: --[a-z-]+)*|\b[A-Z]+(?:_[A-Z]+)+\b|(?<![\w/])\.env(?:\.example)?\b)/;

/** A sentence of the API: its dates as people write them, its commands and settings set apart to be copied. */
export function Told({ words }: { words: string }) {
  // With one group in the pattern, every second piece is a match.
  return words
    .split(TYPED)
    .map((piece, place) => (place % 2 === 1 ? <code key={place} className={classes.typed}>{piece}</code> : readable(piece)));
}
