/** What the package `signal-exit` keeps of itself: v4 in the global object, v3 in `process`; each counts those of its copies that listen. */
interface Emitter {
  readonly count?: unknown;
}

/** Its list, in both versions: https://github.com/tapjs/signal-exit/blob/v4.1.0/src/signals.ts */
const ITS_SIGNALS: ReadonlySet<string> = new Set(
  "ABRT ALRM HUP INT IO IOT POLL PWR QUIT STKFLT SYS TERM TRAP USR2 VTALRM XCPU XFSZ"
    .split(" ")
    .map((name) => `SIG${name}`),
);

/**
 * How many listeners to a signal are those of `signal-exit`, which execa and many others load. They do nothing while anybody else listens: whoever
 * takes them for others leaves the end of the process to them, and they leave it to him.
 */
export function listenersOfSignalExit(signal: NodeJS.Signals): number {
  if (!ITS_SIGNALS.has(signal)) return 0;
  const { [Symbol.for("signal-exit emitter")]: v4 } = globalThis as { [name: symbol]: Emitter | undefined };
  const { __signal_exit_emitter__: v3 } = process as { __signal_exit_emitter__?: Emitter };
  return countOf(v4) + countOf(v3);
}

function countOf(emitter: Emitter | undefined): number {
  return typeof emitter?.count === "number" ? emitter.count : 0;
}
