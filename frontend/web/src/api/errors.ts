/**
 * What can go wrong between the page and the API.
 *
 *     ApiError              the API answered, with a code and a sentence of its own
 *     ├── SignedOut         401: the session is gone
 *     └── NotFound          404: there is no such thing
 *     Unreachable           no answer at all: offline, or the server is down
 */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** What a program may need beside the sentence, for example `retry_at`. */
    readonly extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export class SignedOut extends ApiError {
  constructor(code: string, message: string) {
    super(401, code, message);
    this.name = "SignedOut";
  }
}

export class NotFound extends ApiError {
  constructor(code: string, message: string) {
    super(404, code, message);
    this.name = "NotFound";
  }
}

export class Unreachable extends Error {
  constructor() {
    super("The server does not answer.");
    this.name = "Unreachable";
  }
}

/** Turns an answer's status and body (`{code, message, extra}`, or anything) into the error to throw. */
export function errorFrom(status: number, body: unknown): ApiError {
  const fields = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const code = typeof fields.code === "string" ? fields.code : `http_${String(status)}`;
  const message =
    typeof fields.message === "string"
      ? fields.message
      : typeof fields.detail === "string"
        ? fields.detail
        : `The server answered with status ${String(status)}.`;
  if (status === 401) return new SignedOut(code, message);
  if (status === 404) return new NotFound(code, message);
  const extra = typeof fields.extra === "object" && fields.extra !== null ? (fields.extra as Record<string, unknown>) : {};
  return new ApiError(status, code, message, extra);
}
