import path from "node:path";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { mockApi } from "./dev/mock-api.ts";

/** The backend a developer runs beside `npm run dev`; the built files are served by the backend itself. */
const backend = process.env.INVESTMENT_BACKEND ?? "http://127.0.0.1:8000";

export default defineConfig(({ mode }) => ({
  plugins: [react(), ...(mode === "mock" ? [mockApi()] : [])],
  resolve: { alias: { "@": path.resolve(import.meta.dirname, "src") } },
  server: {
    host: "127.0.0.1",
    proxy: mode === "mock" ? undefined : { "/api": backend, "/login/": backend, "/admin": backend, "/static": backend },
  },
  build: {
    target: "es2022",
    sourcemap: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  test: {
    environment: "jsdom",
    setupFiles: ["./src/test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    css: false,
  },
}));
