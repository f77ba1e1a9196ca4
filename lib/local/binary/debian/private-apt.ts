import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ExternalError } from "../../../errors";
import { runProgram } from "../../run-program";
import { formatSources, type AptSource } from "./apt-sources";

// Generous for a slow mirror; apt itself gives up on a silent host after the 10 s of the configuration below.
const APT_TIMEOUT_MS = 300_000;

/**
 * apt with lists, caches and locks of its own in one folder: works without root, installs nothing, and sees the mirror's
 * present state even when the machine's own lists are old or were removed. Keys and proxies are the machine's.
 */
export class PrivateApt {
  private constructor(
    private readonly folder: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** @param folder an empty folder that the caller removes afterwards */
  static async create(
    folder: string,
    sources: readonly AptSource[],
    options: { dpkgStatus?: string; signal?: AbortSignal | undefined } = {},
  ): Promise<PrivateApt> {
    await mkdir(join(folder, "lists", "partial"), { recursive: true });
    await mkdir(join(folder, "archives", "partial"), { recursive: true });
    await mkdir(join(folder, "sources"), { recursive: true });
    await writeFile(join(folder, "status"), "");
    await writeFile(join(folder, "sources", "private.sources"), formatSources(sources));
    await writeFile(
      join(folder, "apt.conf"),
      [
        `Dir::State "${folder}";`,
        `Dir::State::lists "${folder}/lists";`,
        `Dir::State::status "${options.dpkgStatus ?? `${folder}/status`}";`,
        `Dir::Cache "${folder}";`,
        `Dir::Cache::archives "${folder}/archives";`,
        `Dir::Etc::sourcelist "/dev/null";`,
        `Dir::Etc::sourceparts "${folder}/sources";`,
        `Dir::Etc::preferencesparts "/dev/null";`,
        `Dir::Etc::preferences "/dev/null";`,
        // apt drops to the user _apt for downloads when it runs as root; that user cannot write below a home folder.
        `APT::Sandbox::User "root";`,
        // Else update ends with 0 although a list could not be had ("some index files failed to download").
        `APT::Update::Error-Mode "any";`,
        `Acquire::Retries "1";`,
        `Acquire::http::Timeout "10";`,
        `Acquire::https::Timeout "10";`,
        // The machine's own hooks are for its own lists.
        "#clear APT::Update::Pre-Invoke;",
        "#clear APT::Update::Post-Invoke;",
        "#clear APT::Update::Post-Invoke-Success;",
        "",
      ].join("\n"),
    );
    return new PrivateApt(folder, options.signal);
  }

  /** @throws ExternalError when any package list could not be had; the others are there and usable */
  async update(): Promise<void> {
    await this.run(["update", "-qq"]);
  }

  /** The version that `download` would fetch. */
  async newestVersion(name: string): Promise<string> {
    const output = await this.run(["download", "--print-uris", "-qq", name]);
    // 'http://.../name_version_arch.deb' name_version_arch.deb size hash; a ":" in the version is written %3a.
    const version = /^'\S+' [^_\s]+_([^_\s]+)_/m.exec(output)?.[1];
    if (version === undefined) throw new ExternalError(`apt-get download: no version of ${name}`);
    return decodeURIComponent(version);
  }

  /** Fetches the newest version of each package, checked against the archive's signed list. @returns the .deb files */
  async download(packages: readonly string[], into: string): Promise<string[]> {
    await mkdir(into, { recursive: true });
    await this.run(["download", "-qq", ...packages], into);
    return (await readdir(into)).filter((name) => name.endsWith(".deb")).map((name) => join(into, name));
  }

  /** The packages that an installation would bring in, the named ones and those that are missing here. */
  async missingPackages(packages: readonly string[]): Promise<string[]> {
    const output = await this.run(["install", "--no-install-recommends", "--simulate", "-qq", ...packages]);
    return [...output.matchAll(/^Inst (\S+)/gm)].map((match) => match[1]!);
  }

  /** Unpacks the .deb's files below `root`; none of its scripts runs. */
  async unpack(debFile: string, root: string): Promise<void> {
    const result = await runProgram("dpkg-deb", ["-x", debFile, root], this.options());
    if (result.failure !== undefined)
      throw new ExternalError(`dpkg-deb could not unpack ${debFile}: ${result.failure}`);
  }

  private async run(args: readonly string[], cwd = this.folder): Promise<string> {
    const result = await runProgram("apt-get", ["-c", join(this.folder, "apt.conf"), ...args], {
      ...this.options(),
      cwd,
    });
    if (result.failure !== undefined) {
      const errors = [...result.stderr.matchAll(/^E: (.*)$/gm)].map((match) => match[1]!);
      throw new ExternalError(`apt-get ${args[0]}: ${errors[0] ?? result.failure}`);
    }
    return result.stdout;
  }

  private options() {
    return { timeoutMs: APT_TIMEOUT_MS, signal: this.signal };
  }
}
