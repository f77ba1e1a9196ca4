/** Emits. A listener that throws is its author's to hear of, and must not keep us from our work. */
export function tell(emit: () => void): void {
  try {
    emit();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
