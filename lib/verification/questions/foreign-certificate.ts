/**
 * A client certificate signed by itself, with its key: what somebody would show who has nothing to show. Node can make keys but no
 * certificates, and this one protects nothing, so it stands here for everybody to read. Valid until 2126:
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=cdktf-etcd stranger" -days 36500
 * -addext basicConstraints=critical,CA:FALSE -addext extendedKeyUsage=clientAuth`
 */
export const foreignCertificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBpjCCAUugAwIBAgIUPvcN0ER/iAIpeJcZo8iaAopn93swCgYIKoZIzj0EAwIw
HjEcMBoGA1UEAwwTY2RrdGYtZXRjZCBzdHJhbmdlcjAgFw0yNjExMjQwMjA0MzBa
GA8yMTI2MTAzMTAyMDQzMFowHjEcMBoGA1UEAwwTY2RrdGYtZXRjZCBzdHJhbmdl
cjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABL3yExLHy3dxwmX7D/42xHJsk7BR
CVwFZzScTFW2bnzTPZlejUZcC3MNGmxzuN+ChApLiX9hdnzXkuqdapJz/bSjZTBj
MB0GA1UdDgQWBBScLGufwdjt+HSB8eSF8JmSEqclOTAfBgNVHSMEGDAWgBScLGuf
wdjt+HSB8eSF8JmSEqclOTAMBgNVHRMBAf8EAjAAMBMGA1UdJQQMMAoGCCsGAQUF
BwMCMAoGCCqGSM49BAMCA0kAMEYCIQDAk4mujjN5n2ngbbqcfDfaxS0g0oEk7QoA
n3EwRhLNBAIhALQ6ODDi2WfWz/fhNUMa2Ukit5it0FGg3RnPNjFxDrwl
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcF1zuBBpbETzKSRl
Ei4VJoiC9uNac1OS4jEn85HPaFqhRANCAAS98hMSx8t3ccJl+w/+NsRybJOwUQlc
BWc0nExVtm580z2ZXo1GXAtzDRpsc7jfgoQKS4l/YXZ815LqnWqSc/20
-----END PRIVATE KEY-----
`,
} as const;
