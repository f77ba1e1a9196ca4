/** Writes until etcd refuses for lack of space, which it then does to everybody. */
export async function fillQuota(endpoint: string): Promise<void> {
  const [key, value] = ["filling", "x".repeat(100_000)].map((text) => Buffer.from(text).toString("base64"));
  for (;;) {
    const reply = await fetch(`${endpoint}/v3/kv/put`, {
      method: "POST",
      body: JSON.stringify({ key, value }),
    });
    const text = await reply.text();
    if (text.includes("database space exceeded")) return;
    if (!reply.ok) throw new Error(`${endpoint} refuses a write for another reason: ${text}`);
  }
}
