import type { Check } from "../check";
import { isAboutUser } from "../../client";

export const memberAnswers: Check = {
  id: "member-answers",
  title: "every member answers",
  run: async ({ facts }) =>
    (await facts).map(({ target, status }) =>
      status.ok
        ? { outcome: "passed", target, reason: `answered in ${Math.max(1, Math.round(status.tookMs))} ms` }
        : isAboutUser(status.problem.kind)
          ? { outcome: "passed", target, reason: `answered: ${status.problem.message}` }
          : { outcome: "failed", target, reason: status.problem.message, remedy: status.problem.remedy },
    ),
};
