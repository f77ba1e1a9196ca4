import * as z from "zod";
import { schemaOf } from "../kind-schema";
import type { SettingRow } from "./row";
import { SETTING_KEYS, SETTINGS, type EtcdSettings, type SettingKey } from "./table";

/**
 * One setting as a person writes it. Keys that end in `Bytes` take `2GiB` or bytes, keys that end in `Ms` take `1m30s` or
 * milliseconds.
 */
export type SettingInput<K extends SettingKey> = K extends
  `${string}Bytes` | `${string}Ms` | "autoCompactionRetention"
  ? string | number
  : EtcdSettings[K];

/** The settings as a person writes them, in `cluster.yaml` or as props. */
export type SettingsInput = { readonly [K in SettingKey]?: SettingInput<K> | undefined };

/** Reads {@link SettingsInput} into {@link EtcdSettings}; unknown keys are refused. Sets no defaults. */
export const settingsSchema: z.ZodType<Partial<EtcdSettings>, SettingsInput> = z
  .strictObject(Object.fromEntries(SETTING_KEYS.map((key) => [key, schemaOfSetting(key).optional()])))
  .meta({ description: "etcd's own settings, the same on all members" });

function schemaOfSetting<K extends SettingKey>(key: K): z.ZodType<EtcdSettings[K]> {
  const { kind, description, etcdDefault, shipped }: SettingRow<EtcdSettings[K]> = SETTINGS[key];
  // In words, because zod drops `default` from the JSON Schema of a value that it transforms.
  const said =
    shipped === undefined ? `etcd's own default: ${etcdDefault}` : `Default: ${String(kind.show(shipped))}`;
  return schemaOf(kind, { description: `${description}. ${said}` });
}
