import "@testing-library/jest-dom/vitest";

import { cleanup } from "@testing-library/react";
import { afterEach, vi } from "vitest";

afterEach(cleanup);

// What jsdom lacks and Mantine asks for.
Object.defineProperty(window, "matchMedia", {
  writable: true,
  value: (query: string) => ({
    matches: false,
    media: query,
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
    addListener: vi.fn(),
    removeListener: vi.fn(),
    dispatchEvent: vi.fn(),
  }),
});

const nothing = (): void => undefined;

class NoResizes {
  observe = nothing;
  unobserve = nothing;
  disconnect = nothing;
}
window.ResizeObserver = NoResizes;
window.HTMLElement.prototype.scrollIntoView = () => undefined;

window.HTMLElement.prototype.scrollTo = nothing;
window.scrollTo = nothing;
