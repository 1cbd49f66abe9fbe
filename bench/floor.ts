// The bare floor: what any correct minimal Bun proxy does, and the yardstick qlite is measured against.
// PORT=9001 UPSTREAM=http://127.0.0.1:9100 bun bench/floor.ts
const upstream = process.env["UPSTREAM"] ?? "http://127.0.0.1:9100";

Bun.serve({
  port: Number(process.env["PORT"] ?? 9001),
  hostname: "127.0.0.1",
  development: false,
  idleTimeout: 120,
  fetch: async (request) => {
    const headers = new Headers(request.headers);
    for (const name of ["host", "connection", "content-length"]) headers.delete(name);
    const reply = await fetch(upstream + request.url.slice(request.url.indexOf("/", 8)), {
      method: request.method,
      headers,
      body: request.body === null ? null : await request.arrayBuffer(),
      decompress: false,
      redirect: "manual",
      signal: request.signal,
    });
    return new Response(reply.body, { status: reply.status, headers: reply.headers });
  },
});
