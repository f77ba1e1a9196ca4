import {
  anyToHclTerraform,
  anyToTerraform,
  hashMapper,
  hashMapperHcl,
  TerraformResource,
  type TerraformMetaArguments,
} from "cdktf";
import type { Construct } from "constructs";

export interface TerraformDataProps extends Pick<
  TerraformMetaArguments,
  "dependsOn" | "lifecycle" | "provisioners"
> {
  /**
   * Kept in the state, where a destroy provisioner finds it as `self.input`.
   * @default - nothing
   */
  readonly input?: Readonly<Record<string, unknown>>;
  /** A change of any value replaces the resource. */
  readonly triggersReplace: Readonly<Record<string, unknown>>;
}

/**
 * Terraform's built-in `terraform_data`.
 *
 * Not CDKTF's `DataResource`: each of those runs `terraform version` through a shell at every synthesis, and
 * `required_version` in the stack says the same to Terraform itself.
 *
 * @see https://developer.hashicorp.com/terraform/language/resources/terraform-data
 */
export class TerraformData extends TerraformResource {
  private readonly attributes: Pick<TerraformDataProps, "input" | "triggersReplace">;

  constructor(scope: Construct, id: string, { input, triggersReplace, ...meta }: TerraformDataProps) {
    super(scope, id, {
      terraformResourceType: "terraform_data",
      terraformGeneratorMetadata: { providerName: "terraform" },
      ...meta,
    });
    this.attributes = { ...(input === undefined ? {} : { input }), triggersReplace };
  }

  /** Another one when the resource is replaced. */
  get id(): string {
    return this.getStringAttribute("id");
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    const { input, triggersReplace } = this.attributes;
    const write = hashMapper(anyToTerraform);
    return { input: write(input), triggers_replace: write(triggersReplace) };
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    const { input, triggersReplace } = this.attributes;
    const write = hashMapperHcl(anyToHclTerraform);
    return { input: write(input), triggers_replace: write(triggersReplace) };
  }
}
