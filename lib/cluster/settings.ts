/** etcd's settings: one table, and what is made of it. */
export type { CompactionRetention } from "./settings/kinds";
export { settingsSchema, type SettingInput, type SettingsInput } from "./settings/schema";
export { SETTING_KEYS, SETTINGS, type EtcdSettings, type SettingKey } from "./settings/table";
export { effectiveSettings, isKnownTo, releasesThatKnow, settingVariables } from "./settings/variables";
