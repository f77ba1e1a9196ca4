/** What was done to machines on purpose and not undone yet. */
export class Faults {
  readonly frozen = new Set<string>();
  readonly unplugged = new Set<string>();
  private readonly partitions: { readonly name: string; readonly others: readonly string[] }[] = [];

  cutOff(name: string, others: readonly string[]): void {
    this.partitions.push({ name, others });
  }

  mend(): void {
    this.partitions.length = 0;
  }

  /** For people. */
  of(name: string): string[] {
    const away = this.partitions.flatMap((partition) => {
      if (partition.name === name) return partition.others;
      return partition.others.includes(name) ? [partition.name] : [];
    });
    return [
      ...(this.frozen.has(name) ? ["frozen"] : []),
      ...(this.unplugged.has(name) ? ["cable pulled"] : []),
      ...(away.length > 0 ? [`cut off from ${[...new Set(away)].toSorted().join(", ")}`] : []),
    ];
  }
}
