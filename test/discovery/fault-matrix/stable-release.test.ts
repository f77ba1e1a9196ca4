import { describeMatrix } from "./matrix";

describeMatrix({ title: "the stable release", releaseIndex: 1, transport: "mTLS" });
