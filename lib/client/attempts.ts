import { classify } from "./classify";
import type { Login } from "./login";

export interface Attempt {
  readonly callTimeoutMs: number;
  /** Only a majority can answer it. */
  readonly needsQuorum: boolean;
}

/**
 * One call, and another one with a new token if the member did not take the one that the first carried.
 *
 * @throws EndpointProblem
 */
export async function attempt<T>(ask: () => Promise<T>, call: Attempt, login: Login | undefined): Promise<T> {
  const token = login?.current;
  try {
    return await ask();
  } catch (error) {
    const problem = classify(error, call);
    if (login?.renew(problem, token) !== true) throw problem;
  }
  try {
    return await ask();
  } catch (error) {
    throw classify(error, call);
  }
}
