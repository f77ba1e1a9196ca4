import { answering, type Check } from "../check";

export const release: Check = {
  id: "release",
  title: "every member runs the release wanted",
  skip: ({ expectation }) =>
    expectation?.release === undefined ? "no release is wanted in particular" : undefined,
  run: async ({ facts, expectation }) => {
    const wanted = expectation?.release?.replace(/^v/, "") ?? "";
    const members = answering(await facts);
    if (members.length === 0) {
      return [{ outcome: "skipped", reason: "no member answers" }];
    }
    const wrong = members.filter(({ status }) => status.version !== wanted);
    return wrong.length === 0
      ? [{ outcome: "passed", reason: wanted }]
      : wrong.map(({ target, status }) => ({
          outcome: "failed",
          target,
          reason: `runs ${status.version}, the definition wants ${wanted}`,
          remedy: `Install ${wanted} there and restart the member, one member at a time; or pin ${status.version}.`,
          lasting: true,
        }));
  },
};
