/** Environment variables by which `up` and a deploy speak to the steps that Terraform calls: those take no options of a user's. */

/** The stack's outputs, for the check inside the deploy: Terraform cannot read them back before it ends. */
export const OUTPUTS_VARIABLE = "CDKTF_ETCD_OUTPUTS";

/** How long that check waits for health. */
export const TIMEOUT_VARIABLE = "CDKTF_ETCD_TIMEOUT";

/** Path of the etcd that `up` has told the user about, so that the preflight need not do so again. */
export const NAMED_ETCD_VARIABLE = "CDKTF_ETCD_NAMED";

/** Set while a stack is destroyed: what only making it needs may be missing. */
export const DESTROY_VARIABLE = "CDKTF_ETCD_DESTROY";
