import { answering, type Check } from "../check";

const remedies: Record<string, string> = {
  NOSPACE:
    "Compact the history, defragment member by member, then `etcdctl alarm disarm`; or raise the quota. Until then every write is refused.",
  CORRUPT:
    "Stop writing, find the member whose data differs (`etcdctl endpoint hashkv`), remove it and let it join again empty.",
};

export const noAlarms: Check = {
  id: "no-alarms",
  title: "no alarm is raised",
  run: async ({ facts }) => {
    const members = answering(await facts);
    if (members.length === 0) {
      return [{ outcome: "skipped", reason: "no member answers" }];
    }
    const alarms = members.flatMap(({ status }) => status.alarms);
    const distinct = new Map(alarms.map((alarm) => [`${alarm.memberId} ${alarm.type}`, alarm]));
    if (distinct.size === 0) {
      return [{ outcome: "passed", reason: "none" }];
    }
    return [...distinct.values()].map(({ memberId, type }) => {
      const target = members.find(({ status }) => status.memberId === memberId)?.target;
      const reason = `raised the alarm ${type}`;
      return {
        outcome: "failed",
        target,
        reason: target === undefined ? `member ${memberId} ${reason}` : reason,
        remedy: remedies[type],
      };
    });
  },
};
