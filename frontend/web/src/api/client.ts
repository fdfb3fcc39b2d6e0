import createClient, { type Middleware } from "openapi-fetch";

import { errorFrom, Unreachable } from "./errors";
import type { paths } from "./schema";

const csrf: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET" && request.method !== "HEAD") {
      const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1];
      if (token) request.headers.set("X-CSRFToken", decodeURIComponent(token));
    }
    return request;
  },
};

/** The generated client. Always called through {@link answer}, which turns failures into exceptions. */
export const client = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  headers: { Accept: "application/json" },
  // Looked up on each call so that a test may replace it.
  fetch: (request) => globalThis.fetch(request),
});
client.use(csrf);

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/**
 * The body of an answer.
 *
 * @throws ApiError when the API refused, Unreachable when there was no answer.
 */
export async function answer<Data>(call: Promise<Answer<Data>>): Promise<Data> {
  let result: Answer<Data>;
  try {
    result = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (!result.response.ok) throw errorFrom(result.response.status, result.error);
  return result.data as Data;
}
