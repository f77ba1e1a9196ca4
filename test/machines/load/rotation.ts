/** How long an endpoint that failed is left alone while others work. */
const REST_MS = 1000;

/**
 * Which endpoint the next write goes to: one after another, without those that failed a moment ago. When all did, one after another
 * again, so that the first that works is found at once.
 */
export class Rotation {
  private readonly endpoints: EndpointState[];
  private turn = 0;

  constructor(endpoints: readonly string[]) {
    this.endpoints = endpoints.map((endpoint) => ({ endpoint, restsUntilMs: 0, workedMs: -Infinity }));
  }

  next(nowMs: number): string {
    const rested = this.endpoints.filter(({ restsUntilMs }) => restsUntilMs <= nowMs);
    const candidates = rested.length > 0 ? rested : this.endpoints;
    return candidates[this.turn++ % candidates.length]!.endpoint;
  }

  /** @param sentMs when the call was sent that the endpoint answered */
  worked(endpoint: string, sentMs: number): void {
    const state = this.state(endpoint);
    state.workedMs = Math.max(state.workedMs, sentMs);
    state.restsUntilMs = 0;
  }

  /** @param sentMs when the call was sent that failed: it says nothing when a later one worked */
  failed(endpoint: string, sentMs: number, nowMs: number): void {
    const state = this.state(endpoint);
    if (state.workedMs < sentMs) state.restsUntilMs = nowMs + REST_MS;
  }

  private state(endpoint: string): EndpointState {
    return this.endpoints.find((candidate) => candidate.endpoint === endpoint)!;
  }
}

interface EndpointState {
  readonly endpoint: string;
  restsUntilMs: number;
  workedMs: number;
}
