import { CONSENSUS, type ConsensusSettings } from "./consensus";
import { DIAGNOSTICS, type DiagnosticSettings } from "./diagnostics";
import { REQUESTS, type RequestSettings } from "./requests";
import type { SettingRow } from "./row";
import { SECURITY_SETTINGS, type SecuritySettings } from "./security";
import { STORAGE, type StorageSettings } from "./storage";

/**
 * Every etcd setting that an operator tunes, validated: bytes, milliseconds and etcd's own words. What belongs to one member
 * or to the cluster as such (names, URLs, directories, TLS files, the metrics port) is not here but in the definition.
 *
 * Left out on purpose:
 * - `unsafe-no-fsync`: acknowledged writes are lost with the machine, which is what etcd is there to prevent;
 * - `force-new-cluster`: a step of a restore; in an env file it would repeat itself at every start;
 * - `client-cert-auth`, `peer-client-cert-auth`: `tls` in the definition turns on both, and TLS without them is no offer;
 * - `auto-tls`, `peer-auto-tls`, `peer-skip-client-san-verification`: encryption that lets anybody in;
 * - discovery of any kind: the initial cluster is a literal list in the reviewed Terraform;
 * - `enable-v2`, `v2-deprecation` and the v2 proxy: gone from 3.6;
 * - `log-outputs` and log rotation: the journal (aws) or the member's log file (local) own the output;
 * - `memory-mlock`: the unit's sandbox gives etcd no right to lock memory;
 * - a tracing instance id: it must differ between members, and these settings are the same on all.
 */
export interface EtcdSettings
  extends ConsensusSettings, StorageSettings, RequestSettings, SecuritySettings, DiagnosticSettings {}

export type SettingKey = keyof EtcdSettings;

/** The one table. A new setting is a property of one of the interfaces above and its row; the compiler asks for both. */
export const SETTINGS: { readonly [K in SettingKey]: SettingRow<EtcdSettings[K]> } = {
  ...CONSENSUS,
  ...STORAGE,
  ...REQUESTS,
  ...SECURITY_SETTINGS,
  ...DIAGNOSTICS,
};

/** In the order of the table. */
export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];
