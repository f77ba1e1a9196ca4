import { expect, test } from "vitest";
import {
  distributionSources,
  formatSources,
  parseDeb822,
  parseOneLine,
  sourceForSuite,
} from "../../../lib/local/binary/debian/apt-sources";

const DEB822 = `# the distribution
Types: deb deb-src
# snapshot
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mDMEZ
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.test/
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.test/
Suites: bookworm
Components: main

Types: deb
URIs: https://vendor.test/
Suites: nodistro
Components: main
`;

const ONE_LINE = `
# deb http://off.test/debian bookworm main
deb-src http://mirror.test/debian bookworm main
deb http://mirror.test/debian bookworm main contrib # comment
deb [ arch=amd64,arm64 signed-by=/usr/share/keyrings/k.gpg ] https://mirror.test/debian-security bookworm-security main
deb https://vendor.test/apt cloud-sdk-bookworm main
`;

test("reads both formats of apt's sources, only what is enabled and binary", () => {
  expect(parseDeb822(DEB822).map((source) => source.get("suites"))).toEqual([
    "bookworm bookworm-updates",
    "bookworm-security",
    "nodistro",
  ]);
  expect(parseOneLine(ONE_LINE).map((source) => Object.fromEntries(source))).toEqual([
    { types: "deb", uris: "http://mirror.test/debian", suites: "bookworm", components: "main contrib" },
    {
      types: "deb",
      uris: "https://mirror.test/debian-security",
      suites: "bookworm-security",
      components: "main",
      architectures: "amd64 arm64",
      "signed-by": "/usr/share/keyrings/k.gpg",
    },
    { types: "deb", uris: "https://vendor.test/apt", suites: "cloud-sdk-bookworm", components: "main" },
  ]);
});

test("leaves vendors' repositories out", () => {
  expect(distributionSources(parseDeb822(DEB822), "bookworm")).toHaveLength(2);
  expect(distributionSources(parseOneLine(ONE_LINE), "bookworm")).toHaveLength(2);
});

test("writes a source for another suite of the same mirror, with the same key", () => {
  const source = sourceForSuite(parseDeb822(DEB822), "bookworm", "sid");
  expect(formatSources([source!])).toMatchInlineSnapshot(`
    "types: deb
    uris: http://mirror.test/debian
    suites: sid
    components: main
    signed-by: 
     -----BEGIN PGP PUBLIC KEY BLOCK-----
     .
     mDMEZ
     -----END PGP PUBLIC KEY BLOCK-----
    targets: Packages
    "
  `);
});

test("finds no mirror where there is none", () => {
  expect(sourceForSuite([], "bookworm", "sid")).toBeUndefined();
  expect(sourceForSuite(parseDeb822(DEB822), "trixie", "sid")).toBeUndefined();
});
