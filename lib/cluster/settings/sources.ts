/** Pages that the settings table cites. */
export const CONFIGURATION = "https://etcd.io/docs/v3.6/op-guide/configuration/";
export const TUNING = "https://etcd.io/docs/v3.5/tuning/";
export const MAINTENANCE = "https://etcd.io/docs/v3.6/op-guide/maintenance/";
export const DATA_CORRUPTION = "https://etcd.io/docs/v3.5/op-guide/data_corruption/";
export const SECURITY = "https://etcd.io/docs/v3.6/op-guide/security/";
export const EMBED_CONFIG = "https://github.com/etcd-io/etcd/blob/release-3.6/server/embed/config.go";
export const UPGRADE_3_6 = "https://etcd.io/docs/v3.6/upgrades/upgrade_3_6/";
export const CHANGELOG_3_4 = "https://github.com/etcd-io/etcd/blob/main/CHANGELOG/CHANGELOG-3.4.md";
export const CHANGELOG_3_5 = "https://github.com/etcd-io/etcd/blob/main/CHANGELOG/CHANGELOG-3.5.md";
export const CHANGELOG_3_6 = "https://github.com/etcd-io/etcd/blob/main/CHANGELOG/CHANGELOG-3.6.md";
