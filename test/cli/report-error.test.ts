import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { EXIT } from "../../lib/cli/exit-codes";
import { reportError } from "../../lib/cli/report-error";
import { EndpointProblem } from "../../lib/client";
import { DefinitionError, ExternalError, UsageError } from "../../lib/errors";
import { STACK } from "../support/cli";

function report(error: unknown): { code: number; stderr: string } {
  let stderr = "";
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    stderr += String(chunk);
    return true;
  });
  try {
    return { code: reportError(error), stderr };
  } finally {
    spy.mockRestore();
  }
}

test("lists the mistakes of a definition with their places", () => {
  const place = { file: "cluster.yaml", line: 2, column: 10 };
  const error = new DefinitionError([
    { path: "members", message: "must be odd, got 4", remedy: "take 3 or 5", ...place },
    { path: "name", message: "is missing", file: "cluster.yaml", line: 1 },
  ]);
  expect(report(error)).toEqual({
    code: EXIT.usage,
    stderr: [
      "cluster.yaml:2:10 members: must be odd, got 4",
      "    take 3 or 5",
      "cluster.yaml:1 name: is missing",
      "2 mistakes in the definition; nothing was done",
      "",
    ].join("\n"),
  });
});

test("counts one mistake as one", () => {
  const { stderr } = report(new DefinitionError([{ path: "", message: "the file is empty" }]));
  expect(stderr).toBe("the file is empty\n1 mistake in the definition; nothing was done\n");
});

test.each([
  [new UsageError("no member x", { remedy: "take y" }), EXIT.usage, "error: no member x\n  take y\n"],
  [
    new EndpointProblem("refused", "connection refused", { remedy: "start it", detail: "ECONNREFUSED" }),
    EXIT.external,
    "error: connection refused\n  start it\n",
  ],
  [
    new EndpointProblem("no-route", "no route to the host", { detail: "EHOSTUNREACH" }),
    EXIT.unreachable,
    "error: no route to the host\n",
  ],
  [
    new ExternalError("the port is taken", { cause: new Error("EADDRINUSE") }),
    EXIT.external,
    "error: the port is taken\n",
  ],
])("says what failed and what to do, without a stack: %s", (error, code, stderr) => {
  expect(report(error)).toEqual({ code, stderr });
});

test("says what the system refused as a failure outside", () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
    syscall: "write",
  });
  expect(report(full)).toEqual({ code: EXIT.external, stderr: "error: write: the disk is full\n" });
  const denied = Object.assign(new Error("EACCES"), { code: "EACCES", syscall: "open", path: "/x" });
  expect(report(denied)).toEqual({ code: EXIT.external, stderr: "error: open /x: permission denied\n" });
});

test("shows the stack of a bug, and asks to report it", () => {
  const { code, stderr } = report(new TypeError("x is not a function"));
  expect(code).toBe(EXIT.bug);
  expect(stderr).toMatch(/^this is a bug in cdktf-etcd, please report it:\nTypeError: x is not a function\n/);
  expect(stderr).toMatch(STACK);
});

test("takes a file that the program forgot to expect missing for a bug", () => {
  const missing = (): unknown => readFileSync("/nowhere/at/all");
  expect(missing).toThrow();
  try {
    missing();
  } catch (error) {
    expect(report(error).code).toBe(EXIT.bug);
  }
});

test("shows what is no Error as it is", () => {
  expect(report("thrown text")).toEqual({
    code: EXIT.bug,
    stderr: "this is a bug in cdktf-etcd, please report it:\nthrown text\n",
  });
});

test("says no more than that of an interruption", () => {
  const controller = new AbortController();
  controller.abort();
  expect(report(controller.signal.reason)).toEqual({ code: EXIT.interrupted, stderr: "interrupted\n" });
});
