import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SessionTokens } from "./session-tokens";

beforeEach(() => vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

test("a token is good for as long as it was asked for", () => {
  const tokens = new SessionTokens();
  const token = tokens.issue("i-1", 60);
  expect(tokens.secondsLeft(token, "i-1")).toBe(60);
  vi.advanceTimersByTime(59_001);
  expect(tokens.secondsLeft(token, "i-1")).toBe(1);
  vi.advanceTimersByTime(999);
  expect(tokens.secondsLeft(token, "i-1")).toBeUndefined();
});

test("a token is good for its instance alone, and nobody can guess one", () => {
  const tokens = new SessionTokens();
  const token = tokens.issue("i-1", 60);
  expect(token).not.toBe(tokens.issue("i-1", 60));
  expect(tokens.secondsLeft(token, "i-2")).toBeUndefined();
  expect(tokens.secondsLeft("", "i-1")).toBeUndefined();
});

test("a new one does not end an old one", () => {
  const tokens = new SessionTokens();
  const first = tokens.issue("i-1", 60);
  vi.advanceTimersByTime(30_000);
  tokens.issue("i-1", 1);
  expect(tokens.secondsLeft(first, "i-1")).toBe(30);
});
