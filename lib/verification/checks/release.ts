import { answering, groupLabels, listed, type Check } from "../check";

export const release: Check = {
  id: "release",
  title: "every member runs the release wanted",
  run: async ({ facts, expectation }) => {
    const members = answering(await facts);
    const releases = groupLabels(
      members,
      ({ target }) => target.label,
      ({ status }) => status.version,
    );
    if (releases.size === 0) {
      return [{ outcome: "skipped", reason: "no member answers" }];
    }
    const pinned = expectation?.release?.replace(/^v/, "");
    if (pinned !== undefined) {
      const wrong = members.filter(({ status }) => status.version !== pinned);
      return wrong.length === 0
        ? [{ outcome: "passed", reason: pinned }]
        : wrong.map(({ target, status }) => ({
            outcome: "failed",
            target,
            reason: `runs ${status.version}, the definition wants ${pinned}`,
            remedy: `Install ${pinned} there and restart the member, one member at a time; or pin ${status.version}.`,
            lasting: true,
          }));
    }
    if (releases.size === 1) {
      return [
        { outcome: "passed", reason: `${listed([...releases.keys()])} (not pinned, the same everywhere)` },
      ];
    }
    const said = [...releases].map(([version, labels]) => `${listed(labels)}: ${version}`).join("; ");
    return [
      {
        outcome: "failed",
        reason: `the members run different releases (${said})`,
        remedy: "Finish the upgrade, one member at a time; pin the release so that all get the same.",
      },
    ];
  },
};
