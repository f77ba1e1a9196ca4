export { renderUserData, USER_DATA_LIMIT_BYTES } from "./cloud-config";
export { renderEnvFile, type EnvFileOptions } from "./env-file";
export { DATA_DIR, DATA_DEVICE } from "./machine-layout";
export { renderMemberFiles, type MachineFile } from "./member-files";
export { renderUnit } from "./systemd-unit";
export { programs, type Program } from "./programs";
