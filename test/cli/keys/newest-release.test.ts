import { describeEquality } from "./equality";

describeEquality({ title: "the newest release", releaseIndex: 2, isTls: false });
