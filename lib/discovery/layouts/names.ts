export interface Names {
  readonly service: string;
  readonly instance: string;
  readonly mayInstanceHaveSlashes: boolean;
}

/** Why names would not come back out of a key as they went in, one phrase each; none if they do. */
export function nameMistakes({ service, instance, mayInstanceHaveSlashes }: Names): string[] {
  return [
    ...mistakesOf("the name of the service", service, true),
    ...mistakesOf("the name of the instance", instance, mayInstanceHaveSlashes),
  ];
}

function mistakesOf(what: string, name: string, maySlash: boolean): string[] {
  const shown = `${what} is ${JSON.stringify(name)}`;
  if (name === "") return [`${what} is empty`];
  return [
    ...(maySlash || !name.includes("/") ? [] : [`${shown}: a slash is not allowed in it`]),
    ...(maySlash && name.split("/").includes("")
      ? [`${shown}: it may neither begin nor end with a slash, nor have two in a row`]
      : []),
    ...(/\p{Cc}/u.test(name) ? [`${shown}: control characters are not allowed in it`] : []),
    // Half of a surrogate pair has no bytes of its own: it would come back as another character.
    ...(/\p{Cs}/u.test(name) ? [`${shown}: it is no valid Unicode`] : []),
  ];
}
