import { describeMatrix } from "./matrix";

describeMatrix("the newest release", 2);
