import { describeMatrix } from "./matrix";

describeMatrix({ title: "the oldest release", releaseIndex: 0, transport: "plain text" });
