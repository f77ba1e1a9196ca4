/**
 * Programs that judge what we render. They come from PATH, or from Debian's packages unpacked into the cache: nothing is
 * installed on the machine (an installed cloud-init would run at the next boot of a developer's laptop).
 */
import { access, mkdir, readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { defaultCacheDir, publishFolder, withScratchFolder } from "../../lib/downloads/cache";
import {
  distributionCodename,
  distributionSources,
  readAptSources,
} from "../../lib/local/binary/debian/apt-sources";
import { PrivateApt } from "../../lib/local/binary/debian/private-apt";

/** How to start a tool: `command`, then the tool's own arguments, in exactly this environment. */
export interface ToolCommand {
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
}

interface Tool {
  readonly package: string;
  /** The command inside a tree of unpacked packages. */
  command(root: string): Promise<ToolCommand["command"]>;
}

const TOOLS = {
  shellcheck: {
    package: "shellcheck",
    command: (root) => Promise.resolve([join(root, "usr/bin/shellcheck")]),
  },
  "systemd-analyze": {
    package: "systemd",
    command: (root) => Promise.resolve([join(root, "usr/bin/systemd-analyze")]),
  },
  "cloud-init": {
    package: "cloud-init",
    // The start script's first line names /usr/bin/python3, which is there only when Python was not among the missing packages.
    command: async (root) => [await debianPython(root), "-m", "cloudinit.cmd.main"],
  },
  // No program: Python with etcd's client, for programs that import it.
  "python3-etcd3": {
    package: "python3-etcd3",
    command: async (root) => [await debianPython(root)],
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;

/** @param options.ignorePath takes the package even when the tool is installed: for the test of this very file */
export async function debianTool(
  name: ToolName,
  options: { ignorePath?: boolean } = {},
): Promise<ToolCommand> {
  if (options.ignorePath !== true && (await onPath(name))) return { command: [name], env: process.env };
  const codename = await distributionCodename();
  const root = join(defaultCacheDir(), "test", "tools", `${name}-${codename}`);
  if (!(await exists(root))) await unpackClosure(name, codename, root);
  return { command: await TOOLS[name].command(root), env: await environmentFor(root) };
}

async function unpackClosure(name: ToolName, codename: string, root: string): Promise<void> {
  const sources = distributionSources(await readAptSources(), codename);
  if (sources.length === 0) {
    throw new Error(
      `${name} is not on PATH and this machine has no apt mirror to take it from; install ${name} and try again`,
    );
  }
  await withScratchFolder(join(defaultCacheDir(), "test"), name, async (scratch) => {
    const aptRoot = join(scratch, "apt");
    await mkdir(aptRoot);
    try {
      const apt = await PrivateApt.create(aptRoot, sources, { dpkgStatus: "/var/lib/dpkg/status" });
      await apt.update();
      const wanted = TOOLS[name].package;
      const packages = new Set([wanted, ...(await apt.missingPackages([wanted]))]);
      const files = await apt.download([...packages], join(scratch, "debs"));
      await publishFolder(root, async (folder) => {
        for (const file of files) await apt.unpack(file, folder);
      });
    } catch (error) {
      throw new Error(`could not get ${name} from this machine's Debian mirror: ${String(error)}`, {
        cause: error,
      });
    }
  });
}

async function environmentFor(root: string): Promise<NodeJS.ProcessEnv> {
  const libraries: string[] = [];
  for (const folder of [join(root, "lib"), join(root, "usr/lib")]) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((entry) => /-linux-gnu/.test(entry))) {
      // systemd's programs look for their private library by an absolute path, which this variable comes before.
      libraries.push(join(folder, name), join(folder, name, "systemd"));
    }
  }
  const unitFolders = [join(root, "lib/systemd/system"), join(root, "usr/lib/systemd/system")];
  return {
    ...process.env,
    PATH: [join(root, "usr/bin"), join(root, "bin"), process.env["PATH"]].join(delimiter),
    LD_LIBRARY_PATH: libraries.join(delimiter),
    PYTHONPATH: join(root, "usr/lib/python3/dist-packages"),
    PYTHONDONTWRITEBYTECODE: "1",
    // The empty last entry keeps the machine's own folders: systemd.unit(5).
    SYSTEMD_UNIT_PATH: `${unitFolders.join(delimiter)}${delimiter}`,
  };
}

async function debianPython(root: string): Promise<string> {
  const unpacked = join(root, "usr/bin/python3");
  // Not the first one on PATH: pyenv's would not fit the packages' compiled modules.
  return (await exists(unpacked)) ? unpacked : "/usr/bin/python3";
}

async function onPath(name: string): Promise<boolean> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    if (folder !== "" && (await exists(join(folder, name)))) return true;
  }
  return false;
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
