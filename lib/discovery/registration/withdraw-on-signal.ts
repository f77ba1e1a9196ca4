import { listenersOfSignalExit } from "./signal-exit";

interface Withdrawable {
  withdraw(): Promise<unknown>;
  /** Says so to those who wait for it. */
  dismiss(): void;
}

const watches = new Map<NodeJS.Signals, SignalWatch>();

/**
 * Has `registration` withdrawn when the process is sent one of the signals.
 *
 * @returns leaves it alone from now on
 */
export function withdrawOnSignals(
  signals: readonly NodeJS.Signals[],
  registration: Withdrawable,
): () => void {
  for (const signal of signals) {
    const watch = watches.get(signal) ?? new SignalWatch(signal);
    watches.set(signal, watch);
    watch.add(registration);
  }
  return () => {
    for (const signal of signals) watches.get(signal)?.remove(registration);
  };
}

/** The process's one listener to a signal, however many registrations there are. */
class SignalWatch {
  private readonly registrations = new Set<Withdrawable>();
  private isListening = false;
  /** While they are being withdrawn: whether nobody else listens. */
  private withdrawal: { readonly isAlone: boolean } | undefined;

  constructor(private readonly signal: NodeJS.Signals) {}

  add(registration: Withdrawable): void {
    this.registrations.add(registration);
    if (this.isListening) return;
    this.isListening = true;
    // Before others, of whom those that listen once only are gone when their turn is over.
    process.prependListener(this.signal, this.onSignal);
  }

  remove(registration: Withdrawable): void {
    this.registrations.delete(registration);
    this.stopIfIdle();
  }

  private readonly onSignal = (): void => {
    if (this.withdrawal === undefined) void this.withdraw();
    // Whoever sends it twice does not want to wait.
    else if (this.withdrawal.isAlone) this.endProcess();
  };

  private async withdraw(): Promise<void> {
    const isAlone = process.listenerCount(this.signal) - listenersOfSignalExit(this.signal) === 1;
    this.withdrawal = { isAlone };
    const all = [...this.registrations];
    await Promise.allSettled(all.map((registration) => registration.withdraw()));
    this.withdrawal = undefined;
    if (isAlone) this.endProcess();
    else this.stopIfIdle();
    // Not earlier: where nobody catches it, Node ends the process at once, and what is not withdrawn yet would stay.
    for (const registration of all) registration.dismiss();
  }

  private stopIfIdle(): void {
    if (this.registrations.size > 0 || this.withdrawal !== undefined) return;
    this.stop();
  }

  private stop(): void {
    process.removeListener(this.signal, this.onSignal);
    this.isListening = false;
  }

  /** As the signal would have done without a listener. */
  private endProcess(): void {
    this.stop();
    process.kill(process.pid, this.signal);
  }
}
