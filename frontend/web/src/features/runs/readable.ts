import { day } from "@/lib/format";

/** Dates within a sentence, as people write them. */
export function readable(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\d/g, day);
}
