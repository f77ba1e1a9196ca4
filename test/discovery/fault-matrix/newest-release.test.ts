import { describeMatrix } from "./matrix";

describeMatrix({ title: "the newest release", releaseIndex: 2, transport: "mTLS" });
