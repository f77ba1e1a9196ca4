import { describeMatrix } from "./matrix";

describeMatrix("Debian stable's release", 1);
