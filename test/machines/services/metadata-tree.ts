/** Categories by name; the text of one is a leaf. */
export interface Tree {
  readonly [name: string]: string | Tree;
}

/** What is at a path, in the form in which EC2 answers it; undefined when nothing is. */
export function lookUp(tree: Tree, path: readonly string[]): string | undefined {
  let found: string | Tree = tree;
  for (const name of path) {
    if (typeof found === "string" || !Object.hasOwn(found, name)) return undefined;
    found = found[name]!;
  }
  return typeof found === "string" ? found : listing(found);
}

/** A name that has others below it ends with a slash. */
function listing(tree: Tree): string {
  return Object.entries(tree)
    .map(([name, below]) => (typeof below === "string" ? name : `${name}/`))
    .toSorted()
    .join("\n");
}
