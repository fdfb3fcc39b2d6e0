/** An address that may be a link: providers send text, and a link can do more than lead somewhere. */
export function safeLink(text: string | null): string | null {
  if (!text) return null;
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
