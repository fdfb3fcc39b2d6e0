import { render } from "@testing-library/react";
import { vi } from "vitest";

import { App } from "@/app/App";

import { respond, type Response as Answer } from "../../dev/respond.ts";

type Override = (method: string, path: string) => Answer | undefined;

/** Opens the whole dashboard at an address, in front of the invented market; `override` answers first. */
export function open(address: string, override?: Override): { asked: string[] } {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    const path = url.pathname + url.search;
    asked.push(`${request.method} ${path}`);
    const text = await request.text();
    const answer =
      override?.(request.method, url.pathname) ?? respond(request.method, path, text === "" ? null : JSON.parse(text));
    return new Response(answer.status === 204 ? null : JSON.stringify(answer.json), {
      status: answer.status,
      headers: { "Content-Type": "application/json" },
    });
  });
  window.history.pushState(null, "", address);
  render(<App />);
  return { asked };
}
