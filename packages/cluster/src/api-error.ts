import { ToolError } from "@svclab/contracts";

/** The API's refusal, with its HTTP status: 404, 409 conflict, 410 gone, 422 invalid. */
export class ApiError extends ToolError {
  readonly status: number;

  constructor(asked: string, status: number, said: string) {
    super({
      code: "cluster-refused",
      expected: `the API to accept ${asked}`,
      found: `${status} ${said}`,
      todo: "read what it says; `kubectl auth can-i` tells of missing rights",
    });
    this.status = status;
  }
}

export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 410;
}
