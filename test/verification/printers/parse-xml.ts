import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** An element, as a real XML parser (expat) sees it. */
export interface XmlElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Its own, not that of the elements in it. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const program = `
import json, sys, xml.etree.ElementTree as tree
def element(e):
    text = (e.text or "") + "".join(child.tail or "" for child in e)
    return {"tag": e.tag, "attributes": e.attrib, "text": text, "children": [element(c) for c in e]}
print(json.dumps(element(tree.fromstring(sys.stdin.buffer.read()))))
`;

/** Rejects if the text is not well-formed. */
export async function parseXml(text: string): Promise<XmlElement> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  const parsing = promisify(execFile)("python3", ["-c", program], { env, maxBuffer: 64 * 2 ** 20 });
  parsing.child.stdin?.end(text);
  const { stdout: output } = await parsing;
  return JSON.parse(output) as XmlElement;
}

/** The element and all in it, in the order of the text. */
export function everyElement(root: XmlElement): XmlElement[] {
  return [root, ...root.children.flatMap(everyElement)];
}

/** All with this name. */
export function elements(root: XmlElement, tag: string): XmlElement[] {
  return everyElement(root).filter((element) => element.tag === tag);
}
