import { describeMatrix } from "./matrix";

describeMatrix("the oldest release", 0);
