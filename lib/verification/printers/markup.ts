import { escapeMarkup } from "./escape-markup";
import { oneLine } from "./one-line";

/** Text that is markup already. */
export class Markup {
  constructor(readonly text: string) {}
}

/** Template tag: what is put in is escaped, unless it came out of this tag itself. */
export function markup(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Markup | readonly Markup[])[]
): Markup {
  const written = values.map((value) => {
    if (value instanceof Markup) return value.text;
    return typeof value === "object"
      ? value.map(({ text }) => text).join("\n")
      : escapeMarkup(oneLine(String(value)));
  });
  return new Markup(String.raw({ raw: strings }, ...written));
}

export const nothing = new Markup("");
