import { expect, test } from "vitest";
import { humanizeBytes } from "../../../lib/verification/printers/humanize-bytes";

// From go-humanize's own bytes_test.go, and the halves on which Go and JavaScript round differently.
test.each([
  [0, "0 B"],
  [1, "1 B"],
  [9, "9 B"],
  [10, "10 B"],
  [803, "803 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [1024, "1.0 kB"],
  [9999, "10 kB"],
  [20480, "20 kB"],
  [24500, "24 kB"],
  [24576, "25 kB"],
  [25500, "26 kB"],
  [999_000, "999 kB"],
  [999_999, "1000 kB"],
  [1_000_000, "1.0 MB"],
  [5_500_000_000, "5.5 GB"],
  [8 * 2 ** 30, "8.6 GB"],
])("%d bytes are %s", (bytes, text) => {
  expect(humanizeBytes(bytes)).toBe(text);
});
