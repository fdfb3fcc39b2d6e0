import type { IncomingMessage } from "node:http";
import type { Plugin } from "vite";

import { respond } from "./respond.ts";

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === "" ? null : JSON.parse(text);
}

/** `npm run dev:mock`: the pages without a backend. Part of the development server only, never of a build. */
export function mockApi(): Plugin {
  return {
    name: "mock-api",
    configureServer(server) {
      server.middlewares.use("/api", (request, response, next) => {
        void bodyOf(request)
          .then((body) => respond(request.method ?? "GET", `/api${request.url ?? ""}`, body))
          .then(({ status, json }) => {
            response.statusCode = status;
            response.setHeader("Content-Type", "application/json");
            response.end(json === undefined ? "" : JSON.stringify(json));
          })
          .catch(next);
      });
    },
  };
}
