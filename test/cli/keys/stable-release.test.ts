import { describeEquality } from "./equality";

describeEquality({ title: "the stable release, over mTLS", releaseIndex: 1, isTls: true });
