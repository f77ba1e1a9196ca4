/** What was asked for, and what was answered. */
export interface ServedRequest {
  readonly service: "metadata" | "s3";
  /** Of the caller. */
  readonly address: string;
  readonly method: string;
  /** As the caller named it; the bucket is a part of it. */
  readonly host: string;
  /** With the query. */
  readonly path: string;
  /** Of HTTP; `null` when the connection was ended without an answer. */
  readonly status: number | null;
}

const KEPT = 5000;

/** The last requests. */
export class RequestLog {
  private readonly kept: ServedRequest[] = [];

  add(request: ServedRequest): void {
    this.kept.push(request);
    if (this.kept.length > KEPT) this.kept.shift();
  }

  get requests(): readonly ServedRequest[] {
    return this.kept;
  }
}
