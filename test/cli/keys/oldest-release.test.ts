import { describeEquality } from "./equality";

describeEquality({ title: "the oldest release", releaseIndex: 0, isTls: false });
