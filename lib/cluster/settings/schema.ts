import * as z from "zod";
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
  .strictObject(Object.fromEntries(SETTING_KEYS.map((key) => [key, schemaOf(key).optional()])))
  .meta({ description: "etcd's own settings, the same on all members" });

function schemaOf<K extends SettingKey>(key: K): z.ZodType<EtcdSettings[K]> {
  const { kind, description, etcdDefault, shipped }: SettingRow<EtcdSettings[K]> = SETTINGS[key];
  // In words, because zod drops `default` from the JSON Schema of a value that it transforms.
  const said =
    shipped === undefined ? `etcd's own default: ${etcdDefault}` : `Default: ${String(kind.show(shipped))}`;
  // All that the JSON Schema says comes from this metadata: `z.unknown()` adds nothing of its own to it.
  return z
    .unknown()
    .transform((input, context) => {
      const parsed = kind.parse(input);
      if (parsed.ok) return parsed.value;
      context.addIssue({ code: "custom", message: parsed.message, params: { remedy: parsed.remedy } });
      return z.NEVER;
    })
    .meta({ ...kind.jsonSchema, description: `${description}. ${said}` });
}
