# Makes the families of instance-types.json:
#   aws ec2 describe-instance-types --output json | jq -f lib/cluster/instance-types.jq
# Of the families that etcd is run on, all types with EBS volumes as NVMe devices but bare metal.
def is_regular: test("^(medium|large|[0-9]*xlarge)$");
def vcpus:
  if . == "medium" then 1
  elif . == "large" then 2
  else (rtrimstr("xlarge") | if . == "" then 1 else tonumber end) * 4
  end;
[ .InstanceTypes[]
  | select(.EbsInfo.NvmeSupport == "required" and .BareMetal == false)
  | (.InstanceType / ".") as [$family, $size]
  | select($family | test("^([mcrtxzid]|im|is)[0-9]"))
  | { $family, $size, memoryGiB: (.MemoryInfo.SizeInMiB / 1024) } ]
| group_by(.family)
| map(
    sort_by(.memoryGiB)
    | (map(select(.size | is_regular) | .memoryGiB / (.size | vcpus)) | unique) as $ratios
    | { key: .[0].family,
        value:
          (if all(.[]; .size | is_regular) and ($ratios | length) == 1
           then { gibPerVcpu: $ratios[0], sizes: (map(.size) | join(" ")) }
           else { memoryGiB: (map({ (.size): .memoryGiB }) | add) }
           end) })
| from_entries
